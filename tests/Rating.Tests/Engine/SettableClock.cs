using NodaTime;

namespace Rating.Tests.Engine;

/// <summary>A clock that stands still until it is set.</summary>
internal sealed class SettableClock(Instant now) : IClock
{
    private long _ticks = now.ToUnixTimeTicks();

    public void Set(Instant moment) => Interlocked.Exchange(ref _ticks, moment.ToUnixTimeTicks());

    public Instant GetCurrentInstant() => Instant.FromUnixTimeTicks(Interlocked.Read(ref _ticks));
}
