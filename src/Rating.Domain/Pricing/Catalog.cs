using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>One version of everything that an MSP sells, with its prices.</summary>
public sealed class Catalog
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The one currency of its prices.</summary>
    public required Currency Currency { get; init; }

    /// <summary>How an invoice line is rounded to the minor unit.</summary>
    public required RoundingMode LineRounding { get; init; }

    /// <summary>What is counted.</summary>
    public required IReadOnlyList<Meter> Meters { get; init; }

    /// <summary>What is counted, by key.</summary>
    public IReadOnlyDictionary<string, Meter> MetersByKey => field ??= Meters.ToDictionary(meter => meter.Key, StringComparer.Ordinal);

    /// <summary>The built-in taxes; null when it has none.</summary>
    public Invoicing.TaxTable? Taxes { get; init; }

    /// <summary>Plans that subscriptions which had them before this version keep as they were, with the day until which they do.</summary>
    public IReadOnlyDictionary<string, NodaTime.LocalDate> KeptUntil { get; init; } = new Dictionary<string, NodaTime.LocalDate>(StringComparer.Ordinal);

    /// <summary>What somebody wants to be told about subscriptions of a plan, by plan key; of most there is nothing.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Billing.Alert>> Alerts { get; init; } = new Dictionary<string, IReadOnlyList<Billing.Alert>>(StringComparer.Ordinal);

    /// <summary>What is sold, by plan key.</summary>
    public required IReadOnlyDictionary<string, PlanRevision> Plans { get; init; }
}
