using Rating.Kafka;
using Rating.TestKit;
using Rating.Tests.Processes;

namespace Rating.Tests.Serve;

/// <summary>A test of a real server over Kafka and PostgreSQL; reported as skipped with what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ServeFactAttribute : FactAttribute
{
    public ServeFactAttribute() => Skip = RatingProgram.Missing ?? ThrowAwayPostgres.Missing ?? Librdkafka.Problem;
}
