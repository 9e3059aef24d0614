using System.Buffers.Text;
using System.Text;
using NodaTime;
using NodaTime.Text;

namespace Rating.Server.Cdr;

/// <summary>One way in which a file writes a time.</summary>
internal abstract class CdrTimeFormat
{
    private const long TicksPerSecond = NodaConstants.TicksPerSecond;

    private static readonly long MinTicks = Instant.FromUtc(CdrLimits.YearMin, 1, 1, 0, 0).ToUnixTimeTicks();
    private static readonly long EndTicks = Instant.FromUtc(CdrLimits.YearMax + 1, 1, 1, 0, 0).ToUnixTimeTicks();

    /// <summary>Whether the text is a local time, so that a zone must tell the instant.</summary>
    public abstract bool IsLocal { get; }

    /// <exception cref="InvalidPatternException">Neither a known word nor a NodaTime pattern.</exception>
    public static CdrTimeFormat Create(string format) => format switch
    {
        "unix" => new UnixFormat(TicksPerSecond),
        "unix-ms" => new UnixFormat(NodaConstants.TicksPerMillisecond),
        "rfc3339" => new OffsetFormat(OffsetDateTimePattern.Rfc3339),
        "yyyy-MM-dd HH:mm:ss" => new FixedFormat(),
        _ when format.Contains("o<", StringComparison.Ordinal) => new OffsetFormat(OffsetDateTimePattern.CreateWithInvariantCulture(format)),
        _ => new PatternFormat(LocalDateTimePattern.CreateWithInvariantCulture(format)),
    };

    /// <summary>Reads a time as ticks (100 ns) since 1970, local or UTC as <see cref="IsLocal"/> says.</summary>
    public abstract bool TryRead(ReadOnlySpan<byte> text, out long ticks);

    private static bool InRange(long ticks) => ticks >= MinTicks && ticks < EndTicks;

    private sealed class UnixFormat(long ticksPerUnit) : CdrTimeFormat
    {
        public override bool IsLocal => false;

        public override bool TryRead(ReadOnlySpan<byte> text, out long ticks)
        {
            ticks = 0;
            if (!Utf8Parser.TryParse(text, out long value, out var used) || used != text.Length || value <= 0 || value > EndTicks / ticksPerUnit)
                return false;
            ticks = value * ticksPerUnit;
            return InRange(ticks);
        }
    }

    private sealed class OffsetFormat(OffsetDateTimePattern pattern) : CdrTimeFormat
    {
        public override bool IsLocal => false;

        public override bool TryRead(ReadOnlySpan<byte> text, out long ticks)
        {
            ticks = 0;
            var result = pattern.Parse(Encoding.UTF8.GetString(text));
            if (!result.Success)
                return false;
            ticks = result.Value.ToInstant().ToUnixTimeTicks();
            return InRange(ticks);
        }
    }

    private sealed class PatternFormat(LocalDateTimePattern pattern) : CdrTimeFormat
    {
        public override bool IsLocal => true;

        public override bool TryRead(ReadOnlySpan<byte> text, out long ticks)
        {
            ticks = 0;
            var result = pattern.Parse(Encoding.UTF8.GetString(text));
            if (!result.Success)
                return false;
            ticks = result.Value.InUtc().ToInstant().ToUnixTimeTicks();
            return InRange(ticks);
        }
    }

    /// <summary>The format that most systems write, read without making a string: it stands on the per-record path.</summary>
    private sealed class FixedFormat : CdrTimeFormat
    {
        public override bool IsLocal => true;

        public override bool TryRead(ReadOnlySpan<byte> text, out long ticks)
        {
            ticks = 0;
            if (text.Length != 19 || text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':' || text[16] != ':')
                return false;
            var year = (TwoDigits(text, 0) * 100) + TwoDigits(text, 2);
            var (month, day) = (TwoDigits(text, 5), TwoDigits(text, 8));
            var (hour, minute, second) = (TwoDigits(text, 11), TwoDigits(text, 14), TwoDigits(text, 17));
            // A wrong digit makes its number negative by more than any neighbour can make up for.
            if (year is < CdrLimits.YearMin or > CdrLimits.YearMax || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
                || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59)
                return false;
            ticks = (new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc) - DateTime.UnixEpoch).Ticks;
            return true;
        }

        private static int TwoDigits(ReadOnlySpan<byte> text, int at)
        {
            var (tens, ones) = (text[at] - '0', text[at + 1] - '0');
            return tens is >= 0 and <= 9 && ones is >= 0 and <= 9 ? (tens * 10) + ones : -100_000;
        }
    }
}
