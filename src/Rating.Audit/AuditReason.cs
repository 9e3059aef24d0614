namespace Rating.Audit;

/// <summary>Why a record got its verdict; the numbers are those of the ledger.</summary>
public enum AuditReason
{
    None = 0,
    Unanswered = 1,
    Internal = 2,
    OtherLeg = 3,
    Voided = 4,
    Emergency = 5,
    UnknownSubject = 10,
    UnknownMeter = 11,
    NoPrice = 12,
    IdConflict = 13,
    AmountOutOfRange = 14,
    Malformed = 20,
    BadValue = 21,
    FutureTime = 22,
    TooOld = 23,
}
