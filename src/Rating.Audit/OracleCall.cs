namespace Rating.Audit;

/// <summary>One call as the oracle prices it, rounded as its deck says.</summary>
public sealed record OracleCall(string Charge, string Destination, long Seconds, long BilledSeconds, Fraction Amount, Fraction? Cost);
