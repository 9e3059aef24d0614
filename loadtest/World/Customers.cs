using System.Text;
using Rating.Domain;
using Rating.Engine;

namespace Rating.Loadtest.World;

/// <summary>Made-up customers: subscription i has the subjects <see cref="Subject"/>(i, 0) and (i, 1); subscriptions one after the other make an account.</summary>
internal static class Customers
{
    public static readonly TenantId Tenant = new("default");

    public static string Subject(int subscription, int which) => $"4930{subscription:0000000}{which}";

    /// <summary>How many subscriptions an account has, unless said.</summary>
    public const int PerAccount = 10;

    public static string Account(int account) => $"A{account:000000}";

    public static string Id(int subscription) => $"S{subscription:0000000}";

    /// <summary>Onboards them, in a few documents.</summary>
    public static async Task OnboardAsync(RatingEngine engine, int count, Func<int, string> plan, int perDocument = 100_000, int perAccount = PerAccount)
    {
        for (var from = 0; from < count; from += perDocument)
            await engine.PutPartiesAsync(Tenant, Document(from, Math.Min(count, from + perDocument), plan, perAccount), default);
    }

    private static string Document(int from, int to, Func<int, string> plan, int perAccount)
    {
        var text = new StringBuilder("{\"accounts\":[");
        // Those whose first subscription is in this document.
        var accounts = Enumerable.Range((from + perAccount - 1) / perAccount, (to - 1) / perAccount + 1 - (from + perAccount - 1) / perAccount);
        text.AppendJoin(',', accounts.Select(account => $"{{\"id\":\"{Account(account)}\"}}"));
        text.Append("],\"subscriptions\":[");
        for (var i = from; i < to; i++)
            text.Append(i > from ? "," : "").Append(
                $"{{\"id\":\"{Id(i)}\",\"account\":\"{Account(i / perAccount)}\",\"timeZone\":\"Europe/Berlin\",\"start\":\"2026-03-01\",\"changes\":[{{\"from\":\"2026-03-01\",\"plan\":\"{plan(i)}\",\"quantities\":{{\"seats\":5}}}}]}}");
        text.Append("],\"subjects\":[");
        for (var i = from; i < to; i++)
            for (var which = 0; which < 2; which++)
                text.Append(i > from || which > 0 ? "," : "").Append($"{{\"subject\":\"{Subject(i, which)}\",\"subscription\":\"{Id(i)}\",\"from\":\"2026-03-01T00:00:00Z\"}}");
        return text.Append("]}").ToString();
    }
}
