namespace Rating.Server.Hosting;

/// <summary>Where the usage log is.</summary>
internal enum LogKind
{
    /// <summary>Embedded, in the data folder.</summary>
    Sqlite,

    /// <summary>A Kafka topic.</summary>
    Kafka,
}
