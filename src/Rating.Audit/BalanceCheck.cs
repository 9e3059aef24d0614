using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Recomputes every running charge.</summary>
internal sealed class BalanceCheck(Book book, Closing closing, long sequence, Findings findings)
{
    public long Checked { get; private set; }

    public void Run(IEnumerable<string> balances)
    {
        foreach (var text in balances)
        {
            Checked++;
            try
            {
                using var document = JsonDocument.Parse(text);
                Check(document.RootElement);
            }
            catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or UnparsableValueException)
            {
                findings.Add(AuditFindingKind.DocumentUnreadable, $"balance {Checked}", "a balance", e.Message);
            }
        }
    }

    private void Check(JsonElement balance)
    {
        var id = balance.Text("subscription");
        var asked = (long)balance.Number("bookSequence", sequence).Numerator;
        var tenant = balance.Member("tenant")?.AsText() ?? book.Tenants.FirstOrDefault(t => book.Of(t).Subscription(id, asked) is not null) ?? "";
        var subscription = book.Of(tenant).Subscription(id, asked) ?? throw new FormatException($"There is no subscription {id}.");
        var period = (int)balance.GetProperty("period").Number("number").Numerator;
        var where = $"balance {tenant}/{id} {period}";

        var asOf = balance.Text("asOf");
        var day = Rfc3339.TryRead(asOf, out var ticks) ? subscription.DayOf(ticks) : LocalDatePattern.Iso.Parse(asOf).Value;
        var lines = SnapshotDocument.ReadLines(balance);
        LineComparison.Compare(closing.Balance(tenant, subscription, period, day, asked), lines, AuditFindingKind.BalanceLineDiffers, where, findings);
        var sum = lines.Aggregate(Fraction.Zero, (total, line) => total + line.Amount);
        if (sum != balance.Number("charge")) findings.Add(AuditFindingKind.BalanceTotalDiffers, where, sum, balance.Number("charge"));
    }
}
