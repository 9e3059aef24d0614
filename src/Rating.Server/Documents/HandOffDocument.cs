namespace Rating.Server.Documents;

/// <summary>How a stream is doing that is published.</summary>
/// <param name="Stream"><c>outbox</c>, or <c>rejected/PARTITION</c>.</param>
/// <param name="Position">How far it is: an outbox id, or a checkpoint.</param>
/// <param name="Problem">Why it stands still; empty while it moves.</param>
internal sealed record HandOffDocument(string Stream, long Position, string Problem);
