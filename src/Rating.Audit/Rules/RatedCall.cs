namespace Rating.Audit.Rules;

/// <summary>One event with an amount of its own: a call as a rate deck priced it, or an event that brought its price.</summary>
internal sealed record RatedCall(int Revision, string Charge, string Destination, long Seconds, long BilledSeconds, Fraction Amount)
{
    /// <summary>What the call costs the seller, when its charge has a cost and the buy deck a rate.</summary>
    public Fraction? Cost { get; init; }

    /// <summary>The charge has a buy deck, and that has no rate for this call.</summary>
    public bool IsUncosted { get; init; }

    public long Time { get; init; }
    public string Source { get; init; } = "";
    public string Id { get; init; } = "";

    public string Evidence => $"{Charge}/{Destination} {Seconds}s billed {BilledSeconds}s {Amount}{(IsUncosted ? " uncosted" : Cost is { } cost ? $" cost {cost}" : "")}";
}
