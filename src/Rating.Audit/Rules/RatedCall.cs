namespace Rating.Audit.Rules;

/// <summary>One call as a rate deck priced it.</summary>
internal sealed record RatedCall(int Revision, string Charge, string Destination, long Seconds, long BilledSeconds, Fraction Amount)
{
    public string Evidence => $"{Charge}/{Destination} {Seconds}s billed {BilledSeconds}s {Amount}";
}
