namespace Rating.Server.Documents;

/// <summary>A snapshot in short.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Kind">period, activation, supplementary or progress/1, progress/2, ...</param>
/// <param name="Period">The period.</param>
/// <param name="Total">The sum of its lines, decimal text.</param>
/// <param name="Currency">The currency.</param>
internal sealed record SnapshotSummary(string Subscription, string Kind, PeriodDocument Period, string Total, string Currency);
