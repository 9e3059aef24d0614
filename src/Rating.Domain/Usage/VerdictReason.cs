namespace Rating.Domain.Usage;

/// <summary>Why a record has its verdict. A closed set; numbers are stored: never reuse one.</summary>
public enum VerdictReason : byte
{
    /// <summary>Rated, Late and Duplicate need no reason.</summary>
    None = 0,

    /// <summary>NotBillable: the call was never answered.</summary>
    Unanswered = 1,

    /// <summary>NotBillable: a call inside the customer's own system.</summary>
    Internal = 2,

    /// <summary>NotBillable: another leg of a call of which one leg is billed.</summary>
    OtherLeg = 3,

    /// <summary>NotBillable: taken out of suspense by a person who decided that it is not to be billed.</summary>
    Voided = 4,

    /// <summary>NotBillable: a call to an emergency number for which the plan has no price.</summary>
    Emergency = 5,

    /// <summary>Suspended: no subscription has this subject at the event's time.</summary>
    UnknownSubject = 10,

    /// <summary>Suspended: no meter of the catalog takes this event type, or its filters leave it out.</summary>
    UnknownMeter = 11,

    /// <summary>Suspended: the plan has no charge, or the deck no destination, for it.</summary>
    NoPrice = 12,

    /// <summary>Suspended: the same id came before with other content.</summary>
    IdConflict = 13,

    /// <summary>Suspended: priced, it is larger than any amount can be.</summary>
    AmountOutOfRange = 14,

    /// <summary>Rejected: not a usage event that can be read.</summary>
    Malformed = 20,

    /// <summary>Rejected: the value that the meter needs is missing, no number, negative or out of range.</summary>
    BadValue = 21,

    /// <summary>Rejected: its time lies further in the future than clocks may differ.</summary>
    FutureTime = 22,

    /// <summary>Rejected: older than the stated horizons.</summary>
    TooOld = 23,
}
