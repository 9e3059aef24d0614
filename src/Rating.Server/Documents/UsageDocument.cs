namespace Rating.Server.Documents;

/// <summary>The usage of one period.</summary>
/// <param name="Meters">Figures per plan revision, meter and dimensions.</param>
/// <param name="Calls">Calls per plan revision, charge and destination.</param>
internal sealed record UsageDocument(IReadOnlyList<MeterFigureDocument> Meters, IReadOnlyList<CallFigureDocument> Calls);
