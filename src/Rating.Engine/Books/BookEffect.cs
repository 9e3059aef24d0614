namespace Rating.Engine.Books;

/// <summary>Which usage that is rated already a book change may concern: that of these subscriptions is resolved and rated anew in every partition.</summary>
/// <param name="Sequence">The book change.</param>
/// <param name="Subscriptions">The subscriptions, by their index.</param>
public sealed record BookEffect(long Sequence, IReadOnlyList<int> Subscriptions);
