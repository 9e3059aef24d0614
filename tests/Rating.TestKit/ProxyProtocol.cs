namespace Rating.TestKit;

/// <summary>What a <see cref="TcpProxy"/> understands of what goes through it.</summary>
public enum ProxyProtocol
{
    /// <summary>Nothing: a request is what comes in one piece.</summary>
    Unknown,

    /// <summary>PostgreSQL: a request is known by the statement that it executes.</summary>
    Postgres,

    /// <summary>Kafka: a request is known by its kind and its client, and its reply by their common number.</summary>
    Kafka,
}
