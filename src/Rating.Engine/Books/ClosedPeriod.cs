namespace Rating.Engine.Books;

/// <summary>A period whose close has begun.</summary>
/// <param name="Period">Its number.</param>
/// <param name="Sequence">The book sequence at which its terms and prices were frozen.</param>
/// <param name="Batch">The close batch.</param>
public sealed record ClosedPeriod(int Period, long Sequence, long Batch);
