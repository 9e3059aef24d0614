namespace Rating.Engine.Intake;

/// <summary>A malformed event of a batch: which one, and why. It is in the log nevertheless, and gets its verdict there.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record MalformedEvent(int Index, string Reason);
