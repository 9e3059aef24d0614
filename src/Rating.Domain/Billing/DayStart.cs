using NodaTime;

namespace Rating.Domain.Billing;

/// <summary>Where a local day begins.</summary>
public static class DayStart
{
    /// <summary>The first moment of a day: midnight, or what the clock jumps to where midnight does not exist. A day that a zone left out as a whole begins where the next one does.</summary>
    public static Instant StartOf(this DateTimeZone zone, LocalDate day)
    {
        var midnight = zone.MapLocal(day.AtMidnight());
        return midnight.Count == 0 ? midnight.LateInterval.Start : midnight.First().ToInstant();
    }

    /// <summary>A time of a local day: what the clock jumps to where it does not exist, the earlier of two.</summary>
    public static Instant MomentOf(this DateTimeZone zone, LocalDate day, LocalTime time)
    {
        var mapped = zone.MapLocal(day.At(time));
        return mapped.Count == 0 ? mapped.LateInterval.Start : mapped.First().ToInstant();
    }
}
