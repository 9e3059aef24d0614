using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>What became of one record, with all that is needed to show, void or rate it anew without asking its producer.</summary>
public sealed record LedgerEntry
{
    /// <summary>Its log position.</summary>
    public required long Position { get; set; }

    /// <summary>Its verdict.</summary>
    public required Verdict Verdict { get; set; }

    /// <summary>Why.</summary>
    public required VerdictReason Reason { get; set; }

    /// <summary>Whether this is a later decision on a record that had another entry before.</summary>
    public bool IsLater { get; set; }

    /// <summary>The record. Of a malformed one only tenant, source and ingest time are known.</summary>
    public required UsageRecord Record { get; set; }

    /// <summary>The subscription whose usage it is; empty while none is known.</summary>
    public string Subscription { get; set; } = "";

    /// <summary>The position of the record that it repeats; null for none.</summary>
    public long? RepeatOf { get; set; }

    /// <summary>Why, in words.</summary>
    public string Detail { get; set; } = "";

    /// <summary>The number of the period in which it was used; 0 unless it counts.</summary>
    public int UsagePeriod { get; set; }

    /// <summary>The number of the period with which it is billed; 0 unless it counts.</summary>
    public int BillingPeriod { get; set; }

    /// <summary>The plan revision under which it was rated; 0 unless it counts.</summary>
    public int Revision { get; set; }

    /// <summary>The calls that it gave.</summary>
    public IReadOnlyList<RatedCallEntry> Calls { get; set; } = [];

    /// <summary>What a record that came too late would have been worth, such as <c>1.25 EUR</c>; empty when that is not known.</summary>
    public string EstimatedValue { get; set; } = "";

    /// <summary>Whether it counts on an invoice.</summary>
    public bool Counts => Verdict is Verdict.Rated or Verdict.Late;
}
