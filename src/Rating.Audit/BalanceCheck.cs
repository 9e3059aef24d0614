using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Recomputes every running charge.</summary>
internal sealed class BalanceCheck(Book book, Closing closing, IReadOnlyList<SnapshotDocument> snapshots, long sequence, Findings findings)
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
            catch (Exception e) when (Unreadable.Is(e))
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

        var asOf = balance.Text("asOf");
        var day = Rfc3339.TryRead(asOf, out var ticks) ? subscription.DayOf(ticks) : LocalDatePattern.Iso.Parse(asOf).Value;
        var before = snapshots.Where(s => s.Tenant == tenant && s.Subscription == id).OrderBy(s => s.Kind == "activation" ? 0 : 1).ThenBy(s => s.Period).Select(s => s.Billed).ToList();
        var sum = Fraction.Zero;
        foreach (var open in balance.List("periods"))
        {
            var period = (int)open.GetProperty("period").Number("number").Numerator;
            var lines = SnapshotDocument.ReadLines(open);
            LineComparison.Compare(closing.Balance(tenant, subscription, period, day, asked, before).WithDiscounts(lines), lines, AuditFindingKind.BalanceLineDiffers, $"balance {tenant}/{id} {period}", findings);
            sum = lines.Aggregate(sum, (total, line) => total + line.Amount);
        }

        if (sum != balance.Number("charge")) findings.Add(AuditFindingKind.BalanceTotalDiffers, $"balance {tenant}/{id}", sum, balance.Number("charge"));
    }
}
