using Rating.Kafka;

namespace Rating.Orleans.Tests;

/// <summary>A test of real processes over Kafka and PostgreSQL; reported as skipped with what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClusterFactAttribute : FactAttribute
{
    public ClusterFactAttribute() => Skip = RatingProgram.Missing ?? ThrowAwayPostgres.Missing ?? Librdkafka.Problem;
}
