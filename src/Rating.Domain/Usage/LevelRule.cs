namespace Rating.Domain.Usage;

/// <summary>How events make a level, and in which unit of time the level is summed.</summary>
/// <param name="Carries">Whether the level is held from period to period, or every period begins with <paramref name="Initial"/>.</param>
/// <param name="Initial">The level before the first event.</param>
/// <param name="IsChange">Whether a value changes the level instead of setting it.</param>
/// <param name="TicksPerUnit">The unit of time in 100 ns; 0 for the whole period.</param>
public sealed record LevelRule(bool Carries, Quantity Initial, bool IsChange, long TicksPerUnit);
