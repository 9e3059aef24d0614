namespace Rating.Server.Documents;

/// <summary>A running charge: priced, not invoiced (docs/formats.md, "Closing and invoices").</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Account">Who is billed.</param>
/// <param name="Plan">The plan of the latest open period.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Charge">The running charge: the sum of all lines, decimal text.</param>
/// <param name="AsOf">The day up to which recurring charges in arrears have accrued.</param>
/// <param name="LatestEventTime">The time of the latest event that counts; null before the first.</param>
/// <param name="LagRecords">How many records of the log are not in it yet.</param>
/// <param name="Periods">The open periods that have begun, the earliest first.</param>
internal sealed record BalanceDocument(
    string Subscription, string Account, string Plan, string Currency, string Charge, string AsOf, string? LatestEventTime, long LagRecords, IReadOnlyList<OpenPeriodDocument> Periods);
