namespace Rating.Loadtest.Pipeline;

/// <summary>What a process that works through a topic is told.</summary>
/// <param name="Bootstrap">Where the broker is.</param>
/// <param name="Topic">The topic that is measured.</param>
/// <param name="Records">How many records it has.</param>
/// <param name="WarmTopic">A smaller topic that is worked through first, so that no compiling is measured; empty for none.</param>
/// <param name="WarmRecords">How many records that has.</param>
internal sealed record TopicRun(string Bootstrap, string Topic, int Records, string WarmTopic, int WarmRecords)
{
    /// <summary>Databases with the customers, for the measured topic and for the one before.</summary>
    public string Database { get; init; } = "";

    /// <summary>See <see cref="Database"/>.</summary>
    public string WarmDatabase { get; init; } = "";

    /// <summary>How many partitions its topics have.</summary>
    public int Partitions { get; init; } = Outside.Partitions;

    /// <summary>How many subscriptions there are, where that is not in the database.</summary>
    public int Subscriptions { get; init; }

    /// <summary>Whether the engine is one of a cluster.</summary>
    public bool IsSilo { get; init; }

    /// <summary>How often a checkpoint is taken; 0: as shipped.</summary>
    public int CheckpointMillis { get; init; }

    /// <summary>Properties of librdkafka that are set over the usual.</summary>
    public Dictionary<string, string> Properties { get; init; } = [];
}
