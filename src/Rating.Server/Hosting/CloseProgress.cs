namespace Rating.Server.Hosting;

/// <summary>How far a close is.</summary>
/// <param name="Done">Periods closed.</param>
/// <param name="Of">Periods to close.</param>
internal sealed record CloseProgress(int Done, int Of);
