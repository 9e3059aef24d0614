using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>The numbered periods of a subscription before they are cut at its start and end.</summary>
internal sealed record Schedule(string Interval, int AnchorDay, int AnchorMonth)
{
    /// <summary>The first day of a period.</summary>
    public LocalDate Start(int number) => Interval switch
    {
        "week" => FirstWeek().PlusDays(7 * number),
        "quarter" => InMonth(AnchorMonth - 1 + (3 * number)),
        "year" => InMonth(AnchorMonth - 1 + (12 * number)),
        "month" => InMonth(number),
        _ => throw new FormatException($"'{Interval}' is not an interval."),
    };

    /// <summary>The first day after a period.</summary>
    public LocalDate End(int number) => Start(number + 1);

    public int Days(int number) => Period.DaysBetween(Start(number), End(number));

    /// <summary>The period that has this day.</summary>
    public int NumberOf(LocalDate day)
    {
        var guess = Interval switch
        {
            "week" => (int)Clock.FloorDivide(Period.DaysBetween(FirstWeek(), day), 7),
            "quarter" => (int)Clock.FloorDivide(Months(day) - (AnchorMonth - 1), 3),
            "year" => (int)Clock.FloorDivide(Months(day) - (AnchorMonth - 1), 12),
            _ => Months(day),
        };
        while (Start(guess) > day) guess--;
        while (End(guess) <= day) guess++;
        return guess;
    }

    private LocalDate FirstWeek()
    {
        var monday = new LocalDate(2000, 1, 3);
        return monday.PlusDays(AnchorDay - 1);
    }

    private static int Months(LocalDate day) => ((day.Year - 2000) * 12) + day.Month - 1;

    /// <summary>The anchor day in the month that lies so many months after January 2000.</summary>
    private LocalDate InMonth(int months)
    {
        var first = new LocalDate(2000, 1, 1).PlusMonths(months);
        return first.PlusDays(Math.Min(AnchorDay, first.Calendar.GetDaysInMonth(first.Year, first.Month)) - 1);
    }
}
