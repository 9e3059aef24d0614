using System.Text;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>Trials and phases of plans.</content>
internal sealed partial class CatalogReader
{
    private sealed record PhaseText(string Name, Period? Length, int Periods, IReadOnlyList<Charge> Charges, IReadOnlyDictionary<string, Quantity> Quantities, bool IsUsageFree, bool IsTrial);

    private static readonly string[] Lengths = ["days", "weeks", "months", "years", "periods"];

    private static readonly IReadOnlyDictionary<string, Quantity> NoQuantities = new Dictionary<string, Quantity>(StringComparer.Ordinal);

    private List<PhaseText> ReadPhases(DocumentNode node, IReadOnlyList<Charge> charges, StringBuilder text)
    {
        var phases = new List<PhaseText>();
        if (node.Maybe("trial") is { } trial)
        {
            trial.Object([.. Lengths, "usage"]);
            var (length, periods) = LengthOf(trial);
            var isFree = trial.Maybe("usage")?.OneOf(("charged", false), ("free", true)) ?? false;
            phases.Add(new PhaseText("trial", length, periods, [.. charges.Where(charge => charge is not RecurringCharge)], NoQuantities, isFree, true));
        }

        foreach (var item in node.Items("phases"))
        {
            item.Object([.. Lengths, "name", "charges", "remove", "quantities"]);
            var (length, periods) = LengthOf(item);
            var own = ReadCharges(item, item.Where, text);
            var removed = item.Items("remove").Select(key => key.Text()).ToHashSet(StringComparer.Ordinal);
            foreach (var key in removed)
                if (!charges.Any(charge => string.Equals(charge.Key, key, StringComparison.Ordinal))) throw item.Need("remove").Refuse("catalog.phase.remove", $"the plan has no charge '{key}'.");
            var kept = charges.Where(charge => !removed.Contains(charge.Key)).Select(charge => own.Find(other => string.Equals(other.Key, charge.Key, StringComparison.Ordinal)) ?? charge).ToList();
            phases.Add(new PhaseText(item.Maybe("name")?.Name() ?? $"phase {phases.Count + 1}", length, periods, [.. kept, .. own.Where(charge => !kept.Contains(charge))], Quantities(item), false, false));
        }

        return phases;
    }

    private static (Period? Length, int Periods) LengthOf(DocumentNode node)
    {
        var given = Lengths.Where(name => node.Maybe(name) is not null).ToList();
        if (given.Count != 1) throw node.Refuse("catalog.phase.length", $"say how long it lasts, by exactly one of {string.Join(", ", Lengths)}.");
        var number = node.Need(given[0]).Whole(1, 3_660);
        return given[0] switch
        {
            "days" => (Period.FromDays(number), 0),
            "weeks" => (Period.FromWeeks(number), 0),
            "months" => (Period.FromMonths(number), 0),
            "years" => (Period.FromYears(Math.Min(number, 100)), 0),
            _ => (null, number),
        };
    }

    /// <summary>Quantities by name.</summary>
    public static IReadOnlyDictionary<string, Quantity> Quantities(DocumentNode node)
    {
        var quantities = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        if (node.Maybe("quantities") is { } named)
            foreach (var (name, value) in named.Members())
                quantities[name] = value.Quantity() is var quantity && quantity >= Quantity.Zero ? quantity : throw value.Refuse("quantity.negative", "a quantity is not below zero.");
        return quantities;
    }
}
