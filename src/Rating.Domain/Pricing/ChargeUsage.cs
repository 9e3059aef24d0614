using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>What one line is priced from: the figure and, for the models that look closer, the number of events, the events in order, and the totals by dimensions.</summary>
public sealed class ChargeUsage
{
    /// <summary>The figure.</summary>
    public required Quantity Figure { get; init; }

    /// <summary>How many events.</summary>
    public long Count { get; init; }

    /// <summary>The events in order, where the charge has them kept.</summary>
    public UsageRun Events { get; init; } = new();

    /// <summary>The figure of those totals that some dimensions select; for prices by dimension.</summary>
    public Func<Func<string, bool>, Quantity> FigureOf { get; init; } = _ => Quantity.Zero;
}
