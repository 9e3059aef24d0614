namespace Rating.Domain.Pricing;

/// <summary>Which band has a moment of local time: by the kind of its day and of the day before, from which a band may reach over midnight.</summary>
internal sealed class BandTable
{
    private const int Kinds = 8;
    private const int Holiday = 7;
    private const int MinutesPerDay = 1440;
    // Per kind of the day (Monday 0 to Sunday 6, holiday 7) and of the day before: where the parts of the day begin, in seconds, and their bands.
    private readonly (int[] Starts, int[] Bands)[] _days = new (int[], int[])[Kinds * Kinds];
    private readonly RateBand[] _bands;
    private readonly HolidayCalendar _calendar;

    public BandTable(RateBand[] bands, HolidayCalendar calendar)
    {
        (_bands, _calendar) = (bands, calendar);
        for (var today = 0; today < Kinds; today++)
            for (var yesterday = 0; yesterday < Kinds; yesterday++) _days[today * Kinds + yesterday] = Day(today, yesterday);
    }

    /// <summary>The band of a second of local time, and the seconds until the next part of the day.</summary>
    /// <param name="local">Seconds of local time since 1970-01-01.</param>
    /// <param name="left">The seconds left of this part, this one included.</param>
    public int BandAt(long local, out int left)
    {
        left = int.MaxValue;
        if (_bands.Length == 1) return 0;
        var day = (int)(local >= 0 ? local / 86_400 : (local - 86_399) / 86_400);
        var second = (int)(local - (long)day * 86_400);
        var (starts, bands) = _days[KindOf(day) * Kinds + KindOf(day - 1)];
        var part = Array.BinarySearch(starts, second);
        if (part < 0) part = ~part - 1;
        left = (part + 1 < starts.Length ? starts[part + 1] : 86_400) - second;
        return bands[part];
    }

    // 1970-01-01 was a Thursday: three days after a Monday.
    private int KindOf(int day) => _calendar.Has(day) ? Holiday : ((day + 3) % 7 + 7) % 7;

    private (int[] Starts, int[] Bands) Day(int today, int yesterday)
    {
        var starts = new List<int>();
        var which = new List<int>();
        for (var minute = 0; minute < MinutesPerDay; minute++)
        {
            var band = Array.FindIndex(_bands, one => Takes(one, minute, today, yesterday));
            if (band < 0) band = Array.FindIndex(_bands, one => one.IsRest);
            if (which.Count > 0 && which[^1] == band) continue;
            starts.Add(minute * 60);
            which.Add(band);
        }

        return ([.. starts], [.. which]);
    }

    private static bool Takes(RateBand band, int minute, int today, int yesterday)
    {
        if (band.IsRest) return false;
        var isOverMidnight = band.ToMinute <= band.FromMinute;
        return (Begins(band, today) && minute >= band.FromMinute && (isOverMidnight || minute < band.ToMinute)) || (isOverMidnight && Begins(band, yesterday) && minute < band.ToMinute);
    }

    private static bool Begins(RateBand band, int kind) => kind == Holiday ? band.IsOnHolidays : band.Days.Contains((NodaTime.IsoDayOfWeek)(kind + 1));
}
