namespace Rating.Tests;

/// <summary>All tests of this class run on a throw-away PostgreSQL. Where there is none, each is reported as skipped with what to install.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsPostgresAttribute : Attribute;
