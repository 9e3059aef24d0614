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

    /// <summary>Takes one call.</summary>
    public void Add(long seconds, long billedSeconds, Money amount)
    {
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
    }
}
