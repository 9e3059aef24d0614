using Rating.Domain;
using Rating.Domain.Usage;

namespace Rating.Server.Documents;

/// <summary>The calls of one charge to one destination.</summary>
/// <param name="Revision">The plan revision in force.</param>
/// <param name="Charge">The charge's key.</param>
/// <param name="Destination">The destination.</param>
/// <param name="Calls">How many.</param>
/// <param name="Seconds">Their seconds, as used.</param>
/// <param name="BilledSeconds">Their seconds, as billed.</param>
/// <param name="Amount">The sum of their prices before the line is rounded, decimal text.</param>
internal sealed record CallFigureDocument(int Revision, string Charge, string Destination, long Calls, long Seconds, long BilledSeconds, string Amount)
{
    /// <summary>The calls of a usage.</summary>
    public static IReadOnlyList<CallFigureDocument> Of(PeriodUsage usage, Currency currency) => [.. usage.Calls.Select(pair => new CallFigureDocument(
        pair.Key.Revision, pair.Key.Charge, pair.Key.Destination, pair.Value.Calls, pair.Value.Seconds, pair.Value.BilledSeconds, Money.FromScaled(pair.Value.Scaled, currency).ToText()))];
}
