namespace Rating.Audit;

/// <summary>What became of a record; the numbers are those of the ledger.</summary>
public enum AuditVerdict
{
    None = 0,
    Rated = 1,
    Late = 2,
    NotBillable = 3,
    Duplicate = 4,
    Suspended = 5,
    Rejected = 6,
}
