namespace Rating.Server.Documents;

/// <summary>Which periods to close.</summary>
/// <param name="Through">Periods that end on or before this local day; null for all whose end and usage grace are over.</param>
internal sealed record CloseRequest(string? Through = null);
