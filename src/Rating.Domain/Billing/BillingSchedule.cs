using NodaTime;

namespace Rating.Domain.Billing;

/// <summary>Where billing periods begin: an interval, the anchor that a period starts on, and the time zone of its days.</summary>
/// <remarks>
/// Periods are numbered for the schedule, not for a subscription, so that all subscriptions of one schedule share them: months since January 2000, weeks since the first anchor day
/// of 2000. A monthly anchor of 29 to 31 falls on the last day of a shorter month.
/// </remarks>
public sealed class BillingSchedule
{
    // Bounds are looked up per usage record: made once, for the years in which usage can be.
    private readonly Instant[] _bounds;
    private readonly int _firstNumber;
    private readonly int _shift;

    /// <summary>Makes a schedule.</summary>
    /// <param name="interval">How long a period is.</param>
    /// <param name="anchorDay">Months: the day, 1 to 31. Weeks: the ISO weekday, 1 (Monday) to 7.</param>
    /// <param name="anchorMonth">Quarters and years: a month in which a period starts, 1 to 12. Else kept for charges with such periods.</param>
    /// <param name="zone">The time zone of its days.</param>
    /// <exception cref="Refused"><c>schedule.anchor</c></exception>
    public BillingSchedule(BillingInterval interval, int anchorDay, int anchorMonth, DateTimeZone zone)
    {
        if (anchorDay < 1 || anchorDay > (interval == BillingInterval.Week ? 7 : 31) || anchorMonth is < 1 or > 12)
            throw new Refused("schedule.anchor", $"Anchor day {anchorDay}, month {anchorMonth} does not fit a {interval} schedule: days are 1 to 31 (weeks: 1 to 7), months 1 to 12.");
        (Interval, AnchorDay, AnchorMonth, Zone) = (interval, anchorDay, anchorMonth, zone);
        _shift = interval is BillingInterval.Quarter or BillingInterval.Year ? anchorMonth - 1 : 0;
        _firstNumber = NumberNear(new LocalDate(2000, 1, 1));
        var last = NumberNear(new LocalDate(2060, 1, 1));
        _bounds = new Instant[last - _firstNumber + 1];
        for (var i = 0; i < _bounds.Length; i++) _bounds[i] = zone.StartOf(StartOf(_firstNumber + i));
    }

    /// <summary>How long a period is.</summary>
    public BillingInterval Interval { get; }

    /// <summary>The day on which a period starts.</summary>
    public int AnchorDay { get; }

    /// <summary>A month in which a quarter or year starts.</summary>
    public int AnchorMonth { get; }

    /// <summary>The time zone of its days.</summary>
    public DateTimeZone Zone { get; }

    private int Months => Interval switch { BillingInterval.Quarter => 3, BillingInterval.Year => 12, _ => 1 };

    /// <summary>The number of the period that contains a moment.</summary>
    public int NumberOf(Instant moment)
    {
        var index = Array.BinarySearch(_bounds, moment);
        if (index < 0) index = ~index - 1;
        if (index >= 0 && index < _bounds.Length - 1) return _firstNumber + index;
        return NumberOf(moment.InZone(Zone).Date);
    }

    /// <summary>The number of the period that contains a day.</summary>
    public int NumberOf(LocalDate day)
    {
        var number = NumberNear(day);
        while (StartOf(number) > day) number--;
        while (StartOf(number + 1) <= day) number++;
        return number;
    }

    /// <summary>A period by its number.</summary>
    public BillingPeriod Period(int number)
    {
        var (start, end) = (StartOf(number), StartOf(number + 1));
        return new BillingPeriod(number, start, end, Zone.StartOf(start), Zone.StartOf(end));
    }

    private LocalDate StartOf(int number)
    {
        if (Interval == BillingInterval.Week) return new LocalDate(2000, 1, 3).PlusDays(AnchorDay - 1 + 7 * number);
        var month = number * Months + _shift;
        var year = 2000 + (int)Math.Floor(month / 12m);
        var ofYear = month - (year - 2000) * 12 + 1;
        return new LocalDate(year, ofYear, Math.Min(AnchorDay, CalendarSystem.Iso.GetDaysInMonth(year, ofYear)));
    }

    private int NumberNear(LocalDate day) => Interval == BillingInterval.Week
        ? NodaTime.Period.DaysBetween(new LocalDate(2000, 1, 3), day) / 7
        : ((day.Year - 2000) * 12 + day.Month - 1 - _shift) / Months;
}
