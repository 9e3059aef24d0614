namespace Rating.Engine.Intake;

/// <summary>The intake's promise: all of the batch is durable in the log, up to these positions.</summary>
/// <param name="Received">How many events the batch had, malformed ones included.</param>
/// <param name="Ends">Per partition that took some, the position after the last one.</param>
/// <param name="Malformed">The malformed ones.</param>
public sealed record Receipt(int Received, IReadOnlyDictionary<int, long> Ends, IReadOnlyList<MalformedEvent> Malformed);
