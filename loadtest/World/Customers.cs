using System.Text;
using Rating.Domain;
using Rating.Engine;

namespace Rating.Loadtest.World;

/// <summary>Made-up customers: subscription i has the subjects <see cref="Subject"/>(i, 0) and (i, 1); ten subscriptions make an account.</summary>
internal static class Customers
{
    public static readonly TenantId Tenant = new("default");

    public static string Subject(int subscription, int which) => $"4930{subscription:0000000}{which}";

    public static string Id(int subscription) => $"S{subscription:0000000}";

    /// <summary>Onboards them, in a few documents.</summary>
    public static async Task OnboardAsync(RatingEngine engine, int count, Func<int, string> plan, int perDocument = 100_000)
    {
        for (var from = 0; from < count; from += perDocument)
            await engine.PutPartiesAsync(Tenant, Document(from, Math.Min(count, from + perDocument), plan), default);
    }

    private static string Document(int from, int to, Func<int, string> plan)
    {
        var text = new StringBuilder("{\"accounts\":[");
        for (var account = from / 10; account <= (to - 1) / 10; account++) text.Append(account > from / 10 ? "," : "").Append($"{{\"id\":\"A{account:000000}\"}}");
        text.Append("],\"subscriptions\":[");
        for (var i = from; i < to; i++)
            text.Append(i > from ? "," : "").Append(
                $"{{\"id\":\"{Id(i)}\",\"account\":\"A{i / 10:000000}\",\"timeZone\":\"Europe/Berlin\",\"start\":\"2026-03-01\",\"changes\":[{{\"from\":\"2026-03-01\",\"plan\":\"{plan(i)}\",\"quantities\":{{\"seats\":5}}}}]}}");
        text.Append("],\"subjects\":[");
        for (var i = from; i < to; i++)
            for (var which = 0; which < 2; which++)
                text.Append(i > from || which > 0 ? "," : "").Append($"{{\"subject\":\"{Subject(i, which)}\",\"subscription\":\"{Id(i)}\",\"from\":\"2026-03-01T00:00:00Z\"}}");
        return text.Append("]}").ToString();
    }
}
