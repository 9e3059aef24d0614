using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>A percentage of an amount that events bring, with a fee for each of them: what a payment costs.</summary>
public sealed class Percentage : MeteredCharge
{
    /// <summary>The percentage, as the price of one unit of money.</summary>
    public required UnitPrice Rate { get; init; }

    /// <summary>Due for each event.</summary>
    public required UnitPrice Fee { get; init; }

    /// <summary>The least that an event costs; null for none.</summary>
    public UnitPrice? Minimum { get; init; }

    /// <summary>The most that an event costs; null for none.</summary>
    public UnitPrice? Maximum { get; init; }

    /// <summary>How many events are free; null for no quota of events.</summary>
    public long? FreeCount { get; init; }

    /// <summary>How much of the amount is free; null for no quota of the amount.</summary>
    public Quantity? FreeAmount { get; init; }

    /// <summary>Whether the free events are those without a fee, and the free amount is that without the percentage, each by itself.</summary>
    public bool IsFreeApart { get; init; }

    /// <summary>Whether an event that uses up the free amount exactly is not wholly free.</summary>
    public bool IsFreeBoundExclusive { get; init; }

    /// <inheritdoc/>
    public override bool NeedsEvents => Minimum is not null || Maximum is not null || (!IsFreeApart && (FreeCount is not null || FreeAmount is not null));

    /// <inheritdoc/>
    public override Money Amount(Quantity figure) => Rate * figure;

    /// <inheritdoc/>
    public override string Explain(Quantity figure) => $"{Rate.ToPercentText()} of {figure}";

    /// <inheritdoc/>
    public override Money AmountAlone(Quantity value, string dimensions) => Rate * value + Fee * Quantity.One;

    /// <inheritdoc/>
    public override Money Amount(ChargeUsage usage)
    {
        if (!NeedsEvents) return Rate * (FreeAmount is { } free ? new Quantity(Int128.Max(0, usage.Figure.Nano - free.Nano)) : usage.Figure) + Fee * Quantity.Of(Math.Max(0, usage.Count - (FreeCount ?? 0)));
        var amount = Money.Zero(Rate.Currency);
        var taken = 0L;
        var rest = FreeAmount ?? Quantity.Zero;
        foreach (var entry in usage.Events.Entries)
        {
            var value = new Quantity(entry.Nano);
            if (value < Quantity.Zero)
            {
                amount += AmountAlone(value, "");
                continue;
            }

            var isFree = (FreeCount is not null || FreeAmount is not null) && (FreeCount is not { } most || taken < most) && (FreeAmount is null || rest > Quantity.Zero);
            taken++;
            if (isFree)
            {
                if (FreeAmount is null || (IsFreeBoundExclusive ? value < rest : value <= rest))
                {
                    rest -= FreeAmount is null ? Quantity.Zero : value;
                    continue;
                }

                (value, rest) = (value - rest, Quantity.Zero);
            }

            var price = AmountAlone(value, "");
            if (Minimum is { } least && price < least * Quantity.One) price = least * Quantity.One;
            if (Maximum is { } highest && price > highest * Quantity.One) price = highest * Quantity.One;
            amount += price;
        }

        return amount;
    }

    /// <inheritdoc/>
    public override string Explain(ChargeUsage usage)
    {
        var text = $"{Rate.ToPercentText()} of {usage.Figure}";
        if (Fee.Pico != 0) text += $" and {Fee} for each of {usage.Count}";
        if (FreeCount is { } count) text += $", {count} free";
        if (FreeAmount is { } free) text += $", {free} of the amount free";
        return (Minimum, Maximum) switch { ({ } least, { } most) => $"{text}, each {least} to {most}", ({ } least, null) => $"{text}, each at least {least}", (null, { } most) => $"{text}, each at most {most}", _ => text };
    }
}
