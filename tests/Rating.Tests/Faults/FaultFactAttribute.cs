using Rating.Kafka;

namespace Rating.Tests.Faults;

/// <summary>A test of real servers over Kafka and PostgreSQL under faults; reported as skipped with what is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FaultFactAttribute : FactAttribute
{
    public FaultFactAttribute() => Skip = Missing;

    /// <summary>What the machine lacks; null when nothing.</summary>
    public static string? Missing => RatingProgram.Missing ?? ThrowAwayPostgres.Missing ?? Librdkafka.Problem;
}
