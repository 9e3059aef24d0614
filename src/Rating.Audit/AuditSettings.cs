namespace Rating.Audit;

/// <summary>The stated horizons: how long an id is remembered, how old late usage may be, how far ahead a clock may run.</summary>
public sealed record AuditSettings(int DedupeHorizonDays = 35, int LateWindowDays = 35, int FutureToleranceHours = 24);
