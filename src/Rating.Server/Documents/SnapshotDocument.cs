namespace Rating.Server.Documents;

/// <summary>A snapshot as it is stored (docs/formats.md, "Closing and invoices"): what one subscription owes for one sealed period, with the usage that it was priced from.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Subscription">The subscription.</param>
/// <param name="Account">Who is billed.</param>
/// <param name="Kind">period, activation or supplementary.</param>
/// <param name="Period">The period.</param>
/// <param name="BookSequence">The book change up to which terms and prices were read.</param>
/// <param name="Currency">The currency.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Total">Their sum, decimal text.</param>
/// <param name="Usage">The period's own usage.</param>
/// <param name="LateUsage">Usage of earlier periods that came after their seal.</param>
internal sealed record SnapshotDocument(
    string Tenant, string Subscription, string Account, string Kind, PeriodDocument Period, long BookSequence, string Currency, IReadOnlyList<LineDocument> Lines, string Total, UsageDocument Usage,
    IReadOnlyList<LateUsageDocument> LateUsage);
