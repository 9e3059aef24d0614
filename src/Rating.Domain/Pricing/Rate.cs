using NodaTime;

namespace Rating.Domain.Pricing;

/// <summary>What calls to one destination prefix cost, in one band or in all, between two days.</summary>
public sealed record Rate
{
    /// <summary>The leading digits of a number in international form, without plus; with <c>=</c> in front, exactly one local number.</summary>
    public required string Prefix { get; init; }

    /// <summary>The same of the calling number, where a deck looks at both; empty for any.</summary>
    public string CallingPrefix { get; init; } = "";

    /// <summary>The destination's name, as the invoice shows it.</summary>
    public required string Destination { get; init; }

    /// <summary>The band that it is for; empty for all bands that the prefix has no own rate for.</summary>
    public required string Band { get; init; }

    /// <summary>The price of a minute.</summary>
    public required UnitPrice PerMinute { get; init; }

    /// <summary>Due once per answered call.</summary>
    public required UnitPrice ConnectionFee { get; init; }

    /// <summary>The least that an answered call costs.</summary>
    public required UnitPrice MinimumCharge { get; init; }

    /// <summary>The seconds billed for any call up to that length.</summary>
    public required int InitialSeconds { get; init; }

    /// <summary>The steps in which seconds beyond the initial ones are billed.</summary>
    public required int IncrementSeconds { get; init; }

    /// <summary>The most that a call costs; null for no limit.</summary>
    public UnitPrice? MaximumCharge { get; init; }

    /// <summary>The least seconds that a call counts for, before increments.</summary>
    public int MinimumSeconds { get; init; }

    /// <summary>The first seconds of a call that cost nothing.</summary>
    public int FreeSeconds { get; init; }

    /// <summary>Calls up to this length cost nothing at all.</summary>
    public int GraceSeconds { get; init; }

    /// <summary>Stretches of a call with prices and increments of their own, instead of one; empty for none.</summary>
    public IReadOnlyList<RateSlot> Slots { get; init; } = [];

    /// <summary>Its place among the deck's rates, for whoever has to look for it.</summary>
    public int Place { get; init; }

    /// <summary>The first day on which calls cost this; null for always.</summary>
    public LocalDate? From { get; init; }

    /// <summary>The day from which they no longer do; null for never.</summary>
    public LocalDate? To { get; init; }

    /// <summary>The seconds that are billed for a call.</summary>
    public long Billed(long seconds)
    {
        if (seconds <= GraceSeconds) return 0;
        seconds = Math.Max(seconds, MinimumSeconds);
        if (Slots.Count == 0) return seconds <= InitialSeconds ? InitialSeconds : InitialSeconds + Started(seconds - InitialSeconds, IncrementSeconds);
        var billed = 0L;
        for (var i = 0; i < Slots.Count && seconds > Slots[i].After; i++)
            billed += Started((i + 1 < Slots.Count ? Math.Min(seconds, Slots[i + 1].After) : seconds) - Slots[i].After, Slots[i].IncrementSeconds);
        return billed;
    }

    /// <summary>The price of a minute for a second of a call, and the second with which another may begin.</summary>
    public UnitPrice PerMinuteAt(long second, out long until)
    {
        until = long.MaxValue;
        if (Slots.Count == 0) return PerMinute;
        var slot = Slots.Count - 1;
        while (slot > 0 && Slots[slot].After > second) slot--;
        if (slot + 1 < Slots.Count) until = Slots[slot + 1].After;
        return Slots[slot].PerMinute;
    }

    private static long Started(long seconds, int step) => (seconds + step - 1) / step * step;
}
