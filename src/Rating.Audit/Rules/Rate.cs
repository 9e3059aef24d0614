using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>One rate of a deck. A prefix that begins with <c>=</c> is exactly one local number.</summary>
internal sealed record Rate(
    string Prefix, string? CallingPrefix, string Destination, string? Band, LocalDate? From, LocalDate? To, Fraction ConnectionFee, Fraction MinimumCharge, Fraction? MaximumCharge,
    long InitialSeconds, long IncrementSeconds, long MinimumSeconds, long FreeSeconds, long GraceSeconds, Fraction PerMinute, IReadOnlyList<Slot> Slots)
{
    public bool HoldsOn(LocalDate day) => (From is null || From <= day) && (To is null || day < To);

    /// <summary>The billed seconds of a talk of so many whole ones.</summary>
    public long Billed(long seconds)
    {
        if (Slots.Count == 0) return seconds <= InitialSeconds ? InitialSeconds : InitialSeconds + (Started(seconds - InitialSeconds, IncrementSeconds) * IncrementSeconds);
        long billed = 0;
        for (var i = 0; i < Slots.Count && seconds > Slots[i].After; i++)
        {
            var covered = (i + 1 < Slots.Count ? Math.Min(seconds, Slots[i + 1].After) : seconds) - Slots[i].After;
            billed += Started(covered, Slots[i].Increment) * Slots[i].Increment;
        }
        return billed;
    }

    /// <summary>The price of the second with a number (0, 1, ...), and how many seconds from it on have the same slot.</summary>
    public (Fraction PerMinute, long SecondsLeft) PriceAt(long second)
    {
        if (Slots.Count == 0) return (PerMinute, long.MaxValue);
        var at = Slots.ToList().FindLastIndex(s => s.After <= second);
        return (Slots[at].PerMinute, at + 1 < Slots.Count ? Slots[at + 1].After - second : long.MaxValue);
    }

    private static long Started(long seconds, long increment) => (seconds + increment - 1) / increment;
}
