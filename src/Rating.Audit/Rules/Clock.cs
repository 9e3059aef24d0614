using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>Units of event time: 100 ns since the Unix epoch.</summary>
internal static class Clock
{
    public const long Millisecond = 10_000;
    public const long Second = 1_000 * Millisecond;
    public const long Hour = 3_600 * Second;
    public const long Day = 24 * Hour;
    public const long MillisecondsPerHour = 3_600_000;
    public const long MillisecondsPerDay = 24 * MillisecondsPerHour;

    public static long FloorDivide(long value, long by) => (value / by) - (value % by < 0 ? 1 : 0);

    public static LocalDateTime Local(long ticks, DateTimeZone zone) => Instant.FromUnixTimeTicks(ticks).InZone(zone).LocalDateTime;

    public static DateTimeZone Zone(string id) => DateTimeZoneProviders.Tzdb.GetZoneOrNull(id) ?? throw new FormatException($"'{id}' is not a time zone.");
}
