using Rating.Domain.Usage;

namespace Rating.Domain.Pricing;

/// <summary>A charge on what a period used: how the usage was split over partitions never matters, and for charges on the figure neither how it was split over events.</summary>
public abstract class MeteredCharge : UsageCharge
{
    /// <summary>The exact price of a period's figure.</summary>
    public abstract Money Amount(Quantity figure);

    /// <summary>How the amount came about, for the invoice line: <c>100 at 0.12 + 212 at 0.09</c>.</summary>
    public abstract string Explain(Quantity figure);

    /// <summary>The exact price of a period's usage; of its figure, unless the model looks closer.</summary>
    public virtual Money Amount(ChargeUsage usage) => Amount(usage.Figure);

    /// <summary>How the amount came about.</summary>
    public virtual string Explain(ChargeUsage usage) => Explain(usage.Figure);

    /// <summary>Whether an allowance can make a part of its figure free: it is priced on one figure, and on nothing beside it.</summary>
    public virtual bool MayBeCovered => GroupBy.Count == 0 && !NeedsEvents && this is PerUnit or Graduated or Volume or Stairstep or Package or TieredBlocks;

    /// <summary>What one event alone would cost, as far as that can be told.</summary>
    public virtual Money AmountAlone(Quantity value, string dimensions) => Amount(value);
}
