using Rating.Domain.Pricing;

namespace Rating.Domain.Billing;

/// <summary>Units of usage that are free: per period, for a subscription or for all of an account together.</summary>
public sealed record Allowance
{
    /// <summary>Its name in the plan; what is left of it goes to allowances of the same name.</summary>
    public required string Key { get; init; }

    /// <summary>Its name on an invoice.</summary>
    public required string Name { get; init; }

    /// <summary>The meter whose units are free.</summary>
    public required string Meter { get; init; }

    /// <summary>How many in a whole period.</summary>
    public required Quantity Units { get; init; }

    /// <summary>Which quantity of the subscription multiplies them; empty for one.</summary>
    public required string QuantityName { get; init; }

    /// <summary>The charges that it covers, by key.</summary>
    public required IReadOnlyList<string> Charges { get; init; }

    /// <summary>The destinations of calls that it covers; empty for all.</summary>
    public required IReadOnlyList<string> Destinations { get; init; }

    /// <summary>Whether a part of a period grants its days' share.</summary>
    public required bool IsProrated { get; init; }

    /// <summary>Whether all subscriptions of the account share it, on the invoice.</summary>
    public required bool IsPooled { get; init; }

    /// <summary>For how many billing periods more what is left may be used.</summary>
    public required int RolloverPeriods { get; init; }

    /// <summary>The most that is carried on; null for all.</summary>
    public required Quantity? CarriedMax { get; init; }

    /// <summary>Its own periods; null for those of its plan.</summary>
    public required ChargeInterval? Interval { get; init; }

    /// <summary>Whether something of it may be left for a later period.</summary>
    public bool IsCarried => RolloverPeriods > 0 || Interval is not null;

    /// <summary>Whether it covers a charge.</summary>
    public bool Covers(string charge) => Charges.Contains(charge, StringComparer.Ordinal);

    /// <summary>Whether it covers calls of a charge to a destination.</summary>
    public bool Covers(string charge, string destination) => Covers(charge) && (Destinations.Count == 0 || Destinations.Contains(destination, StringComparer.Ordinal));
}
