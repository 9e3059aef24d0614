using NodaTime;

namespace Rating.Domain.Pricing;

/// <summary>A part of the week with prices of its own, in the deck's time zone.</summary>
/// <param name="Name">Its name, such as <c>peak</c>.</param>
/// <param name="Days">The weekdays on which it begins; empty for none.</param>
/// <param name="IsOnHolidays">Whether it begins on holidays.</param>
/// <param name="FromMinute">Its first minute of the day.</param>
/// <param name="ToMinute">The minute at which it ends, exclusive; not above <paramref name="FromMinute"/> means on the next day.</param>
public sealed record RateBand(string Name, IReadOnlyList<IsoDayOfWeek> Days, bool IsOnHolidays, int FromMinute, int ToMinute)
{
    /// <summary>Whether this is the band of all times that no other band takes.</summary>
    public bool IsRest => Days.Count == 0 && !IsOnHolidays;
}
