using System.Text;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Pricing;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>Plans.</content>
internal sealed partial class CatalogReader
{
    private static (string, BillingInterval)[] Intervals => [("month", BillingInterval.Month), ("quarter", BillingInterval.Quarter), ("year", BillingInterval.Year), ("week", BillingInterval.Week)];

    // What a version says about those who have the plan already, and whom to alert, is no part of what the plan is.
    private static string Content(DocumentNode node) => string.Join(',', node.Element.EnumerateObject().Where(member => !member.NameEquals("existing") && !member.NameEquals("alerts")).Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}"));

    // Until when a subscription that had the plan before keeps it as it was; null when it does not.
    private static LocalDate? KeptUntil(DocumentNode node) => node.Text() switch { "move" => null, "keep" => LocalDate.MaxIsoValue, _ => node.Date() };

    private (string Text, PlanRevision Revision) ReadPlan(DocumentNode node, string key, int version, IReadOnlyDictionary<string, (string Text, PlanRevision Revision)> known, Func<int> nextRevision)
    {
        node.Object("key", "name", "interval", "charges", "existing", "taxCode", "trial", "phases", "minimum", "maximum", "allowances", "threshold", "alerts");
        _planTaxCode = node.Maybe("taxCode")?.Name() ?? PricedLine.StandardTaxCode;
        // What the plan is made of: the same text in the next version is the same revision.
        var text = new StringBuilder(Content(node));
        var charges = ReadCharges(node, key, text);
        if (charges.Count == 0) throw node.Refuse("catalog.plan.empty", $"plan '{key}' charges nothing; give it at least one charge.");
        var allowances = ReadAllowances(node, charges);
        var phases = ReadPhases(node, charges, text);
        var content = text.ToString();
        if (known.TryGetValue(key, out var before) && string.Equals(before.Text, content, StringComparison.Ordinal)) return before;
        var name = node.Maybe("name")?.Name() ?? key;
        var interval = node.Maybe("interval")?.OneOf(Intervals) ?? BillingInterval.Month;
        var id = nextRevision();
        var ofPhases = phases.ConvertAll(phase => new PlanPhase(phase.Name, phase.Length, phase.Periods, new PlanRevision(nextRevision(), key, name, version, interval, phase.Charges)
        {
            IsUsageFree = phase.IsUsageFree, Minimum = phase.IsTrial ? null : Bound(node, "minimum", phase.Charges), Maximum = phase.IsTrial ? null : Bound(node, "maximum", phase.Charges), TaxCode = _planTaxCode,
            Threshold = Threshold(node), Allowances = phase.IsTrial ? [] : ReadAllowances(node, phase.Charges),
        }, phase.Quantities));
        return (content, new PlanRevision(id, key, name, version, interval, charges) { Phases = ofPhases, Minimum = Bound(node, "minimum", charges), Maximum = Bound(node, "maximum", charges), TaxCode = _planTaxCode, Threshold = Threshold(node), Allowances = allowances });
    }

    private Money? Threshold(DocumentNode plan)
    {
        if (plan.Maybe("threshold") is not { } node) return null;
        var amount = node.Amount(_currency);
        return amount.Scaled > 0 ? amount : throw node.Refuse("catalog.threshold", "a threshold is above zero.");
    }

    private Commitment? BoundOf(DocumentNode charge, string member) => charge.Maybe(member) is { } node ? AgreementReader.Commitment(node, _currency, "amount", "proration") : null;

    private Commitment? Bound(DocumentNode plan, string member, IReadOnlyList<Charge> charges)
    {
        if (plan.Maybe(member) is not { } node) return null;
        var bound = AgreementReader.Commitment(node, _currency, "amount", "proration", "charges");
        foreach (var key in bound.Charges)
            if (!charges.Any(charge => string.Equals(charge.Key, key, StringComparison.Ordinal))) throw node.Need("charges").Refuse("catalog.commitment.charge", $"the plan has no charge '{key}'.");
        return bound;
    }

    private List<Charge> ReadCharges(DocumentNode node, string plan, StringBuilder text)
    {
        var charges = new List<Charge>();
        foreach (var item in node.Items("charges"))
        {
            var charge = ReadCharge(item);
            charge.TaxCode = TaxCode(item);
            if (charge is UsageCharge metered)
                (metered.PeriodMinimum, metered.PeriodMaximum) = (BoundOf(item, "periodMinimum"), BoundOf(item, "periodMaximum"));
            if (charges.Exists(other => string.Equals(other.Key, charge.Key, StringComparison.Ordinal))) throw item.Refuse("catalog.key.twice", $"charge '{charge.Key}' stands twice in plan '{plan}'.");
            charges.Add(charge);
            if (charge is UsageCharge usage) text.Append("\nmeter ").Append(_texts["meter " + usage.Meter.Key]);
            if (charge is RateDeckCharge deck) text.Append("\ndeck ").Append(_texts["deck " + deck.Deck.Key]);
            if (charge is RateDeckCharge { BuyDeck: { } buy }) text.Append("\nbuy ").Append(_texts["deck " + buy.Key]);
        }

        return charges;
    }
}
