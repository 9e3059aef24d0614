namespace Rating.Server.Documents;

/// <summary>The calls of one charge to one destination.</summary>
/// <param name="Revision">The plan revision in force.</param>
/// <param name="Charge">The charge's key.</param>
/// <param name="Destination">The destination.</param>
/// <param name="Calls">How many.</param>
/// <param name="Seconds">Their seconds, as used.</param>
/// <param name="BilledSeconds">Their seconds, as billed.</param>
/// <param name="Amount">The sum of their prices before the line is rounded, decimal text.</param>
internal sealed record CallFigureDocument(int Revision, string Charge, string Destination, long Calls, long Seconds, long BilledSeconds, string Amount);
