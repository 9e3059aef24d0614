using Rating.Domain.Pricing;

namespace Rating.Domain.Usage;

/// <summary>The calls of one rate-deck charge to one destination over one period: each call was priced and rounded by itself, so the total is a plain sum.</summary>
public struct CallTotal
{
    /// <summary>How many calls.</summary>
    public uint Calls;

    /// <summary>Their seconds, as used.</summary>
    public long Seconds;

    /// <summary>Their seconds after increments, as billed.</summary>
    public long BilledSeconds;

    /// <summary>Their price in 10^-21 of the currency's unit.</summary>
    public Int128 Scaled;

    /// <summary>How many calls have a known cost.</summary>
    public uint Costed;

    /// <summary>How many calls have a cost that is not known.</summary>
    public uint Uncosted;

    /// <summary>The known costs in 10^-21 of the currency's unit.</summary>
    public Int128 CostScaled;

    /// <summary>Whether its charge says what calls cost.</summary>
    public readonly bool HasCost => Costed + Uncosted > 0;

    /// <summary>Takes one call.</summary>
    public void Add(long seconds, long billedSeconds, Money amount, CallCost cost = default)
    {
        if (cost.Kind == 1) Costed = checked(Costed + 1);
        if (cost.Kind == 2) Uncosted = checked(Uncosted + 1);
        CostScaled = checked(CostScaled + cost.Scaled);
        Calls = checked(Calls + 1);
        Seconds = checked(Seconds + seconds);
        BilledSeconds = checked(BilledSeconds + billedSeconds);
        Scaled = checked(Scaled + amount.Scaled);
    }

    /// <summary>Takes another total of the same charge, destination and period.</summary>
    public void Combine(in CallTotal other)
    {
        Calls = checked(Calls + other.Calls);
        Seconds = checked(Seconds + other.Seconds);
        BilledSeconds = checked(BilledSeconds + other.BilledSeconds);
        Scaled = checked(Scaled + other.Scaled);
        Costed = checked(Costed + other.Costed);
        Uncosted = checked(Uncosted + other.Uncosted);
        CostScaled = checked(CostScaled + other.CostScaled);
    }
}
