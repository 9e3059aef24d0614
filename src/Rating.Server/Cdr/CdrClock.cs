using System.Buffers.Text;
using NodaTime;
using NodaTime.TimeZones;

namespace Rating.Server.Cdr;

/// <summary>Turns the times of a file into instants.</summary>
/// <remarks>
/// A local time that exists twice (clocks go back) is taken as the earlier instant; one that does not exist (clocks go forward) is moved forward
/// by the gap, as the phone system's clock was. Where the unique id tells the offset, neither case arises.
/// </remarks>
internal sealed class CdrClock
{
    private const long TicksPerSecond = NodaConstants.TicksPerSecond;

    /// <summary>Offsets are multiples of a quarter of an hour; a row may start up to this much before its unique id's second says (clock jitter).</summary>
    private const long OffsetStepSeconds = 900, JitterSeconds = 60;

    private readonly CdrTimeFormat[] _formats;
    private readonly DateTimeZone? _zone;

    // Local times inside these bounds have the offset of the last one resolved; a day's distance from a change keeps the odd cases out.
    private long _safeFromTicks = long.MaxValue, _safeToTicks = long.MinValue, _offsetTicks;

    public CdrClock(CdrMap map)
    {
        _formats = [.. map.TimeFormats.Select(CdrTimeFormat.Create)];
        _zone = map.Zone;
    }

    /// <summary>Reads a time; a local one must still go through <see cref="Resolve"/> or an offset.</summary>
    public bool TryRead(ReadOnlySpan<byte> text, out long ticks, out bool isLocal)
    {
        foreach (var format in _formats)
        {
            if (!format.TryRead(text, out ticks))
                continue;
            isLocal = format.IsLocal;
            return true;
        }
        (ticks, isLocal) = (0, false);
        return false;
    }

    /// <summary>The instant of a local time in the map's zone.</summary>
    public Instant Resolve(long localTicks)
    {
        if (localTicks >= _safeFromTicks && localTicks < _safeToTicks)
            return Instant.FromUnixTimeTicks(localTicks - _offsetTicks);
        var local = Instant.FromUnixTimeTicks(localTicks).InUtc().LocalDateTime;
        var instant = _zone!.ResolveLocal(local, Resolvers.LenientResolver).ToInstant();
        var interval = _zone.GetZoneInterval(instant);
        const long day = NodaConstants.TicksPerDay;
        _offsetTicks = interval.WallOffset.Ticks;
        _safeFromTicks = interval.HasStart ? interval.Start.ToUnixTimeTicks() + _offsetTicks + day : long.MinValue;
        _safeToTicks = interval.HasEnd ? interval.End.ToUnixTimeTicks() + _offsetTicks - day : long.MaxValue;
        return instant;
    }

    /// <summary>The offset, in ticks, of a local start time, from the Unix time in an Asterisk unique id (<c>1497952162.5</c>, <c>host-1497952162.5</c>).</summary>
    /// <remarks>The id is given when the channel is made, so the row starts at or after it: the difference is rounded down to a quarter of an hour.</remarks>
    public static bool TryOffset(ReadOnlySpan<byte> uniqueId, long localTicks, out long offsetTicks)
    {
        offsetTicks = 0;
        var digits = uniqueId[(uniqueId.LastIndexOf((byte)'-') + 1)..];
        var dot = digits.IndexOf((byte)'.');
        if (dot >= 0)
            digits = digits[..dot];
        if (!Utf8Parser.TryParse(digits, out long unix, out var used) || used != digits.Length || unix is <= 0 or > uint.MaxValue)
            return false;
        var seconds = (localTicks / TicksPerSecond) - unix + JitterSeconds;
        var steps = seconds >= 0 ? seconds / OffsetStepSeconds : -((-seconds + OffsetStepSeconds - 1) / OffsetStepSeconds);
        offsetTicks = steps * OffsetStepSeconds * TicksPerSecond;
        return offsetTicks is >= -12 * NodaConstants.TicksPerHour and <= 14 * NodaConstants.TicksPerHour;
    }
}
