namespace Rating.Tests.Audit;

/// <summary>A record of the log with the ledger entry that it should have, or a later decision on one (then it has a position).</summary>
internal sealed record Entry(Ev Event, string Ingest, byte Verdict, byte Reason = 0)
{
    public string Subscription { get; init; } = "";
    public int UsagePeriod { get; init; }
    public int BillingPeriod { get; init; }
    public int Revision { get; init; }
    public long DuplicateOf { get; init; } = -1;
    public (string Charge, string Destination, long Seconds, long Billed, string Amount)[] Calls { get; init; } = [];
    public long? LaterOn { get; init; }
    public bool IsLater => LaterOn is not null;

    /// <summary>What the log holds instead of the event.</summary>
    public (int Kind, string Payload)? Raw { get; init; }
    public string? LedgerTenant { get; init; }
    public string? LedgerId { get; init; }

    public static Entry Rated(Ev e, string ingest, int period, int revision = 1, string subscription = "s1") =>
        new(e, ingest, 1) { Subscription = subscription, UsagePeriod = period, BillingPeriod = period, Revision = revision };

    public static Entry Late(Ev e, string ingest, int period, int billing, int revision = 1) =>
        new(e, ingest, 2) { Subscription = "s1", UsagePeriod = period, BillingPeriod = billing, Revision = revision };
}
