namespace Rating.Engine.Views;

/// <summary>How far closes are.</summary>
/// <param name="Done">Periods closed.</param>
/// <param name="Of">Periods to close; 0 while none is being closed.</param>
public sealed record CloseProgress(int Done, int Of);
