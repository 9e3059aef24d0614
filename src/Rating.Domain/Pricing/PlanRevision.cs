using Rating.Domain.Billing;

namespace Rating.Domain.Pricing;

/// <summary>A plan as one catalog version has it. A later version with the same content, its meters and decks included, is the same revision, so that tiers do not begin anew.</summary>
public sealed class PlanRevision
{
    private readonly Dictionary<string, MeterCharges[]> _byType;

    /// <summary>Makes a revision of checked parts.</summary>
    public PlanRevision(int id, string plan, string name, int catalogVersion, BillingInterval interval, IReadOnlyList<Charge> charges)
    {
        (Id, Plan, Name, CatalogVersion, Interval, Charges) = (id, plan, name, catalogVersion, interval, charges);
        _byType = charges.OfType<UsageCharge>()
            .GroupBy(charge => charge.Meter)
            .Select(group => new MeterCharges(group.Key, [.. group], group.Any(charge => charge.NeedsEvents)))
            .GroupBy(entry => entry.Meter.EventType, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>Its number, unique in its tenant's book.</summary>
    public int Id { get; }

    /// <summary>The plan's key.</summary>
    public string Plan { get; }

    /// <summary>The plan's name.</summary>
    public string Name { get; }

    /// <summary>The catalog version in which it first stood so.</summary>
    public int CatalogVersion { get; }

    /// <summary>How long its periods are.</summary>
    public BillingInterval Interval { get; }

    /// <summary>What it charges for, in the catalog's order.</summary>
    public IReadOnlyList<Charge> Charges { get; }

    /// <summary>Whether one of its meters holds a level, so that a period depends on the ones before it.</summary>
    public bool HoldsLevels => Charges.Concat(Phases.SelectMany(phase => phase.Revision.Charges)).OfType<UsageCharge>().Any(charge => charge.Meter.Aggregation == Usage.Aggregation.TimeWeighted);

    /// <summary>What holds instead in the first days of a subscription, in order.</summary>
    public IReadOnlyList<PlanPhase> Phases { get; init; } = [];

    /// <summary>Units that are free, in the order in which they are used.</summary>
    public IReadOnlyList<Allowance> Allowances { get; init; } = [];

    /// <summary>The least that a period of it costs; null for none.</summary>
    public Commitment? Minimum { get; init; }

    /// <summary>The most that a period of it costs; null for none.</summary>
    public Commitment? Maximum { get; init; }

    /// <summary>How much usage may cost before it is invoiced within the period; null for no such limit.</summary>
    public Money? Threshold { get; init; }

    /// <summary>What taxes know its commitments as.</summary>
    public string TaxCode { get; init; } = PricedLine.StandardTaxCode;

    /// <summary>Whether usage is counted but not charged: a trial.</summary>
    public bool IsUsageFree { get; init; }

    /// <summary>The periods of charges and allowances that have others than the plan.</summary>
    public IReadOnlyList<ChargeInterval> OwnIntervals => field ??= [.. Charges.OfType<RecurringCharge>().Select(charge => charge.Interval).Concat(Allowances.Select(allowance => allowance.Interval)).OfType<ChargeInterval>().Distinct()];

    /// <summary>Whether something may be left of an allowance for later periods.</summary>
    public bool CarriesUnits => Allowances.Any(allowance => allowance.IsCarried) || Phases.Any(phase => phase.Revision.CarriesUnits);

    /// <summary>The periods of charges of it and of its phases that have others than the plan.</summary>
    public IEnumerable<ChargeInterval> AllIntervals => Phases.Count == 0 ? OwnIntervals : OwnIntervals.Concat(Phases.SelectMany(phase => phase.Revision.OwnIntervals));

    /// <summary>This plan with others beside it, as a revision of its own, without phases.</summary>
    public PlanRevision With(IReadOnlyList<PlanRevision> addOns, int id, int catalogVersion) => new(
        id, Plan, string.Join(" + ", addOns.Select(addOn => addOn.Name).Prepend(Name)), catalogVersion, Interval, [.. Charges, .. addOns.SelectMany(addOn => addOn.Charges)])
    {
        IsUsageFree = IsUsageFree, Minimum = Minimum, Maximum = Maximum, TaxCode = TaxCode, Threshold = Threshold, Allowances = [.. Allowances, .. addOns.SelectMany(addOn => addOn.Allowances)],
    };

    /// <summary>This revision with other phases.</summary>
    public PlanRevision WithPhases(IReadOnlyList<PlanPhase> phases) => new(Id, Plan, Name, CatalogVersion, Interval, Charges) { Phases = phases, IsUsageFree = IsUsageFree, Minimum = Minimum, Maximum = Maximum, TaxCode = TaxCode, Threshold = Threshold, Allowances = Allowances };

    /// <summary>The meters of its charges that take an event type, each with its charges; empty when it charges nothing for the type.</summary>
    public ReadOnlySpan<MeterCharges> For(string eventType) => _byType.TryGetValue(eventType, out var found) ? found : [];
}
