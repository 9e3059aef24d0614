using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using NodaTime;
using Rating.Domain;
using Rating.Engine;

namespace Rating.Kafka;

/// <summary>The settings that the usage topic must have: it is created with them, or checked against them.</summary>
internal static class KafkaTopic
{
    private const long Forever = -1;

    /// <summary>Creates the topic, or checks the one that is there.</summary>
    /// <exception cref="Refused">It is not as it must be; nothing was changed.</exception>
    /// <exception cref="Unavailable">No broker answered.</exception>
    public static async Task EnsureAsync(KafkaLogSettings settings, CancellationToken cancellation)
    {
        CheckRetention(settings);
        using var admin = Connect(settings);
        try
        {
            // All topics: asking for one by name may create it, with the broker's settings.
            var metadata = await Task.Run(() => admin.GetMetadata(settings.ReadTimeout.ToTimeSpan()), cancellation);
            if (metadata.Topics.Find(topic => topic.Topic == settings.Topic && topic.Partitions.Count > 0) is { } found)
            {
                CheckPartitions(settings, found.Partitions.Count);
                if (settings.ChecksTopic) Check(settings, await SettingsOfAsync(admin, settings, cancellation));
                return;
            }

            if (!settings.ChecksTopic)
                throw new Refused("kafka.topic.missing", $"The topic {settings.Topic} does not exist, and creating it was switched off. Create it with {settings.Partitions} partitions.");
            await CreateAsync(admin, settings, cancellation);
        }
        catch (KafkaException e)
        {
            throw Meaning(e, settings);
        }
    }

    /// <summary>Creates a topic for what leaves, when it is not there.</summary>
    /// <exception cref="Refused">It is missing where nothing may be created.</exception>
    /// <exception cref="Unavailable">No broker answered.</exception>
    public static async Task EnsureAsync(KafkaLogSettings brokers, string topic, KafkaOutletSettings outlet, CancellationToken cancellation)
    {
        // As the usage topic is made, but in its number of partitions and in how long it keeps; what somebody made as he wants it is left as it is.
        var wanted = brokers with { Topic = topic, Partitions = outlet.Partitions, Retention = outlet.Retention, ReplayHorizon = Duration.Zero };
        using var admin = Connect(brokers);
        try
        {
            var metadata = await Task.Run(() => admin.GetMetadata(brokers.ReadTimeout.ToTimeSpan()), cancellation);
            if (metadata.Topics.Exists(found => found.Topic == topic && found.Partitions.Count > 0)) return;
            if (!brokers.ChecksTopic) throw new Refused("kafka.topic.missing", $"The topic {topic} does not exist, and creating topics was switched off. Create it, or leave its name empty to publish nothing.");
            await CreateAsync(admin, wanted, cancellation);
        }
        catch (KafkaException e)
        {
            throw Meaning(e, wanted);
        }
    }

    /// <summary>Whether a broker said no, which a person must change, or did not answer.</summary>
    internal static Exception Meaning(KafkaException e, KafkaLogSettings settings)
    {
        var (what, error) = e switch
        {
            CreateTopicsException create => ("created", create.Results.Select(result => result.Error).FirstOrDefault(result => result.IsError) ?? e.Error),
            DescribeConfigsException describe => ("checked", describe.Results.Select(result => result.Error).FirstOrDefault(result => result.IsError) ?? e.Error),
            _ => ("found", e.Error),
        };
        return error.Code switch
        {
            ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.PolicyViolation or ErrorCode.InvalidReplicationFactor
                or ErrorCode.InvalidPartitions or ErrorCode.InvalidConfig or ErrorCode.TopicException or ErrorCode.InvalidRequest or ErrorCode.Local_UnsupportedFeature or ErrorCode.UnsupportedVersion => new Refused(
                "kafka.topic.denied",
                $"The topic {settings.Topic} could not be {what}: {error.Reason} Grant the right or change the setting, or make the topic yourself ({settings.Partitions} partitions, {string.Join(", ", SettingsToCreate(settings).Select(pair => $"{pair.Key}={pair.Value}"))}) and set ChecksTopic to false."),
            _ => new Unavailable($"Kafka did not answer about the topic {settings.Topic}: {error.Reason}", e),
        };
    }

    /// <summary>The settings of a topic that is created here.</summary>
    public static Dictionary<string, string> SettingsToCreate(KafkaLogSettings settings) => new()
    {
        ["cleanup.policy"] = "delete",
        ["retention.ms"] = ((long)settings.Retention.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
        ["retention.bytes"] = "-1",
        ["message.timestamp.type"] = "CreateTime",
    };

    public static void CheckPartitions(KafkaLogSettings settings, int found)
    {
        if (found != settings.Partitions)
            throw new Refused("kafka.topic.partitions", $"The topic {settings.Topic} has {found} partitions; {settings.Partitions} were asked for. Duplicates are recognised per partition, so the number stays for the life of the data: ask for {found}, or use another topic and a new store.");
    }

    /// <summary>Checks the settings that a topic has.</summary>
    public static void Check(KafkaLogSettings settings, IReadOnlyDictionary<string, string> found)
    {
        var policy = found.GetValueOrDefault("cleanup.policy", "delete");
        if (policy != "delete")
            throw new Refused("kafka.topic.cleanup", $"The topic {settings.Topic} has cleanup.policy={policy}: compaction removes usage that must be readable again. Set cleanup.policy=delete.");
        if (found.TryGetValue("retention.ms", out var text) && long.Parse(text, CultureInfo.InvariantCulture) is var kept && kept != Forever && kept < settings.ReplayHorizon.TotalMilliseconds)
            throw new Refused("kafka.topic.retention", $"The topic {settings.Topic} has retention.ms={kept} ({Duration.FromMilliseconds(kept).TotalDays:0.##} days), but usage must be readable again for {settings.ReplayHorizon.TotalDays:0.##} days (the replay horizon). Set retention.ms to {(long)settings.ReplayHorizon.TotalMilliseconds} or more, or -1.");
        if (found.TryGetValue("retention.bytes", out var size) && size != "-1")
            throw new Refused("kafka.topic.retention", $"The topic {settings.Topic} has retention.bytes={size}: it may delete usage before the replay horizon of {settings.ReplayHorizon.TotalDays:0.##} days is over. Set retention.bytes=-1 and let retention.ms decide.");
        if (found.GetValueOrDefault("message.timestamp.type", "CreateTime") is var type && type != "CreateTime")
            throw new Refused("kafka.topic.timestamps", $"The topic {settings.Topic} has message.timestamp.type={type}: the ingest time that the intake wrote would be lost. Set message.timestamp.type=CreateTime.");
    }

    private static IAdminClient Connect(KafkaLogSettings settings)
    {
        try
        {
            return new AdminClientBuilder(settings.Properties.Where(pair => !pair.Key.StartsWith("dotnet.", StringComparison.Ordinal)).ToDictionary()).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new Refused("kafka.properties", $"The Kafka settings cannot be used: {e.Message}");
        }
    }

    private static void CheckRetention(KafkaLogSettings settings)
    {
        if (settings.Retention < settings.ReplayHorizon)
            throw new Refused("kafka.topic.retention", $"A retention of {settings.Retention.TotalDays:0.##} days is shorter than the replay horizon of {settings.ReplayHorizon.TotalDays:0.##} days. Make it at least as long.");
    }

    private static async Task<Dictionary<string, string>> SettingsOfAsync(IAdminClient admin, KafkaLogSettings settings, CancellationToken cancellation)
    {
        var found = await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = settings.Topic }], new DescribeConfigsOptions { RequestTimeout = settings.ReadTimeout.ToTimeSpan() }).WaitAsync(cancellation);
        return found.Single().Entries.Values.Where(entry => entry.Value is not null).ToDictionary(entry => entry.Name, entry => entry.Value);
    }

    private static async Task CreateAsync(IAdminClient admin, KafkaLogSettings settings, CancellationToken cancellation)
    {
        var topic = new TopicSpecification { Name = settings.Topic, NumPartitions = settings.Partitions, ReplicationFactor = settings.ReplicationFactor, Configs = SettingsToCreate(settings) };
        try
        {
            await admin.CreateTopicsAsync([topic], new CreateTopicsOptions { OperationTimeout = settings.ReadTimeout.ToTimeSpan(), RequestTimeout = settings.ReadTimeout.ToTimeSpan() }).WaitAsync(cancellation);
        }
        catch (CreateTopicsException e) when (e.Results.TrueForAll(result => result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another node was faster: what it made is checked like any other.
            if (settings.ReplayHorizon == Duration.Zero) return;
            var metadata = await Task.Run(() => admin.GetMetadata(settings.Topic, settings.ReadTimeout.ToTimeSpan()), cancellation);
            CheckPartitions(settings, metadata.Topics.Single().Partitions.Count);
            Check(settings, await SettingsOfAsync(admin, settings, cancellation));
        }
    }
}
