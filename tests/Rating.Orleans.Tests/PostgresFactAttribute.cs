namespace Rating.Orleans.Tests;

/// <summary>A test that needs PostgreSQL; reported as skipped with what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute() => Skip = ThrowAwayPostgres.Missing;
}
