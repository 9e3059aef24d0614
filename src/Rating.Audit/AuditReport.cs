namespace Rating.Audit;

/// <summary>What an audit checked, and what it found.</summary>
public sealed record AuditReport
{
    /// <summary>Most findings that are kept; the others are only counted.</summary>
    public const int FindingsMax = 1_000;

    /// <summary>Log positions below the last checkpoints, each with its verdict recomputed.</summary>
    public required long PositionsChecked { get; init; }

    /// <summary>Log records that no checkpoint covers yet.</summary>
    public required long Unread { get; init; }

    public required long SnapshotsChecked { get; init; }
    public required long InvoicesChecked { get; init; }
    public required long BalancesChecked { get; init; }
    public required long AlertsChecked { get; init; }

    /// <summary>Number of records per verdict, as recomputed.</summary>
    public required IReadOnlyDictionary<AuditVerdict, long> Verdicts { get; init; }

    /// <summary>Per currency, in order of its code.</summary>
    public required IReadOnlyList<AuditMoney> Money { get; init; }

    /// <summary>The first <see cref="FindingsMax"/> findings.</summary>
    public required IReadOnlyList<AuditFinding> Findings { get; init; }

    /// <summary>All findings, also those that are not kept.</summary>
    public required long FindingsCount { get; init; }

    public bool IsClean => FindingsCount == 0;
}
