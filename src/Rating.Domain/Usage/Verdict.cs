namespace Rating.Domain.Usage;

/// <summary>What became of the usage record at one log position. Stored in the same commit as its effect. Numbers are stored: never reuse one.</summary>
public enum Verdict : byte
{
    /// <summary>Counted in its own period.</summary>
    Rated = 1,

    /// <summary>Arrived after its period was sealed, inside the late window: billed as a difference line on the next invoice.</summary>
    Late = 2,

    /// <summary>Nothing to bill: an unanswered call, an internal one, another leg of a billed call.</summary>
    NotBillable = 3,

    /// <summary>The same tenant, source and id with the same content stands at another position.</summary>
    Duplicate = 4,

    /// <summary>Cannot be rated yet; waits for a correction and a retry.</summary>
    Suspended = 5,

    /// <summary>Can never be rated: malformed, or too old.</summary>
    Rejected = 6,
}
