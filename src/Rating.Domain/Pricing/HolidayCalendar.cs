using NodaTime;

namespace Rating.Domain.Pricing;

/// <summary>The days that count as holidays instead of their weekdays.</summary>
public sealed class HolidayCalendar
{
    private readonly HashSet<int> _days = [];

    /// <summary>Makes a calendar.</summary>
    /// <param name="dates">Single days.</param>
    /// <param name="yearly">Days of every year.</param>
    public HolidayCalendar(IEnumerable<LocalDate> dates, IReadOnlyCollection<AnnualDate> yearly)
    {
        foreach (var date in dates) _days.Add(DayNumber(date));
        foreach (var annual in yearly)
            for (var year = 1999; year <= 2200; year++)
                if (annual.IsValidYear(year)) _days.Add(DayNumber(annual.InYear(year)));
    }

    /// <summary>No holidays.</summary>
    public static HolidayCalendar None { get; } = new([], []);

    /// <summary>Whether a day is one.</summary>
    /// <param name="day">The day, counted from 1970-01-01.</param>
    public bool Has(int day) => _days.Contains(day);

    /// <summary>Whether there are any.</summary>
    public bool IsEmpty => _days.Count == 0;

    private static int DayNumber(LocalDate date) => Period.DaysBetween(new LocalDate(1970, 1, 1), date);
}
