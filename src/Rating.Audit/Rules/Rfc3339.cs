using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>Reads RFC 3339 times with an offset as 100 ns since the Unix epoch; finer digits are cut off.</summary>
internal static class Rfc3339
{
    public static bool TryRead(string text, out long ticks)
    {
        ticks = 0;
        // 2026-03-01T08:00:00[.fraction](Z|+hh:mm)
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] is not ('T' or 't') || text[13] != ':' || text[16] != ':') return false;
        if (!Digits(text, 0, 4, out var year) || !Digits(text, 5, 2, out var month) || !Digits(text, 8, 2, out var day)) return false;
        if (!Digits(text, 11, 2, out var hour) || !Digits(text, 14, 2, out var minute) || !Digits(text, 17, 2, out var second)) return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > CalendarSystem.Iso.GetDaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59) return false;

        var at = 19;
        long fraction = 0;
        if (text[at] == '.')
        {
            var count = 0;
            for (at++; at < text.Length && text[at] is >= '0' and <= '9'; at++, count++)
                if (count < 7) fraction = (fraction * 10) + (text[at] - '0');
            if (count == 0) return false;
            for (; count < 7; count++) fraction *= 10;
        }
        if (at >= text.Length) return false;

        var offsetMinutes = 0;
        if (text[at] is 'Z' or 'z') at++;
        else
        {
            if (text[at] is not ('+' or '-') || text.Length < at + 6 || text[at + 3] != ':') return false;
            if (!Digits(text, at + 1, 2, out var offsetHour) || !Digits(text, at + 4, 2, out var offsetMinute) || offsetHour > 23 || offsetMinute > 59) return false;
            offsetMinutes = ((offsetHour * 60) + offsetMinute) * (text[at] == '-' ? -1 : 1);
            at += 6;
        }
        if (at != text.Length) return false;
        var local = new LocalDateTime(year, month, day, hour, minute, second).InUtc().ToInstant().ToUnixTimeTicks();
        ticks = local + fraction - (offsetMinutes * 60L * 10_000_000L);
        return true;
    }

    private static bool Digits(string text, int at, int count, out int value)
    {
        value = 0;
        for (var i = at; i < at + count; i++)
        {
            if (text[i] is not (>= '0' and <= '9')) return false;
            value = (value * 10) + (text[i] - '0');
        }
        return true;
    }
}
