using NodaTime;

namespace Rating.Loadtest.World;

/// <summary>A clock that stands still: usage of a run lies in one month, whatever day it is.</summary>
internal sealed class FixedClock : IClock
{
    /// <summary>The moment at which all usage of a run arrives.</summary>
    public static readonly Instant Now = Instant.FromUtc(2026, 3, 21, 12, 0);

    /// <summary>Where it stands.</summary>
    public Instant At { get; set; } = Now;

    public Instant GetCurrentInstant() => At;
}
