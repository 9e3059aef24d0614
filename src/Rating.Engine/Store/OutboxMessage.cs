namespace Rating.Engine.Store;

/// <summary>Something to be handed to the outside, written in the transaction that made it true.</summary>
/// <param name="Id">Its stable id, the same at every delivery.</param>
/// <param name="Topic">What it is about, such as <c>invoice.finalised</c>.</param>
/// <param name="Document">The message as JSON.</param>
public sealed record OutboxMessage(long Id, string Topic, string Document);
