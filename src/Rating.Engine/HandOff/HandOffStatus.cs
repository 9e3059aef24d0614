namespace Rating.Engine.HandOff;

/// <summary>How a stream is doing that leaves.</summary>
/// <param name="Stream">The name under which the store remembers it: <c>outbox</c>, or <c>rejected/PARTITION</c>.</param>
/// <param name="Position">How far it is handed over.</param>
/// <param name="Problem">Why it stands still; empty while it moves.</param>
public sealed record HandOffStatus(string Stream, long Position, string Problem);
