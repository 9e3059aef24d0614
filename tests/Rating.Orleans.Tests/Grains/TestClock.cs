using NodaTime;

namespace Rating.Orleans.Tests.Grains;

/// <summary>A clock that the test sets.</summary>
public sealed class TestClock : IClock
{
    public Instant Now { get; set; } = Instant.FromUtc(2026, 3, 20, 12, 0);

    public Instant GetCurrentInstant() => Now;
}
