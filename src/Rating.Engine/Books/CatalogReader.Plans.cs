using System.Text;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>Plans.</content>
internal sealed partial class CatalogReader
{
    private static (string, BillingInterval)[] Intervals => [("month", BillingInterval.Month), ("quarter", BillingInterval.Quarter), ("year", BillingInterval.Year), ("week", BillingInterval.Week)];

    private (string Text, PlanRevision Revision) ReadPlan(DocumentNode node, string key, int version, IReadOnlyDictionary<string, (string Text, PlanRevision Revision)> known, Func<int> nextRevision)
    {
        node.Object("key", "name", "interval", "charges");
        var charges = new List<Charge>();
        // What the plan is made of: the same text in the next version is the same revision.
        var text = new StringBuilder(node.Element.GetRawText());
        foreach (var item in node.Items("charges"))
        {
            var charge = ReadCharge(item);
            if (charges.Any(other => string.Equals(other.Key, charge.Key, StringComparison.Ordinal))) throw item.Refuse("catalog.key.twice", $"charge '{charge.Key}' stands twice in plan '{key}'.");
            charges.Add(charge);
            if (charge is UsageCharge usage) text.Append("\nmeter ").Append(_texts["meter " + usage.Meter.Key]);
            if (charge is RateDeckCharge deck) text.Append("\ndeck ").Append(_texts["deck " + deck.Deck.Key]);
        }

        if (charges.Count == 0) throw node.Refuse("catalog.plan.empty", $"plan '{key}' charges nothing; give it at least one charge.");
        var interval = node.Maybe("interval")?.OneOf(Intervals) ?? BillingInterval.Month;
        var content = text.ToString();
        return known.TryGetValue(key, out var before) && string.Equals(before.Text, content, StringComparison.Ordinal)
            ? before
            : (content, new PlanRevision(nextRevision(), key, node.Maybe("name")?.Name() ?? key, version, interval, charges));
    }
}
