using Rating.Kafka;
using Rating.Loadtest.Processes;

namespace Rating.Loadtest.Pipeline;

/// <summary>Consuming as the engine does it and nothing more: every record of a topic through <see cref="KafkaUsageLog"/>, a reader per partition.</summary>
internal static class LogReader
{
    public const string Kind = "log";
    private const int ReadRecordsMax = 1024;

    public static async Task ChildAsync(TopicRun run)
    {
        if (run.WarmTopic.Length > 0)
        {
            await using var warm = await Outside.OpenLogAsync(run, run.WarmTopic);
            await WarmUp.RunAsync(_ => ReadAsync(warm));
        }

        await using var log = await Outside.OpenLogAsync(run, run.Topic);
        Children.Say("ready");
        await Children.AskedAsync();
        Children.Say(await TopicOutcome.OfAsync(run.Records, () => ReadAsync(log)));
    }

    private static Task ReadAsync(KafkaUsageLog log) => Task.WhenAll(Enumerable.Range(0, log.Partitions).Select(partition => Task.Run(async () =>
    {
        var end = await log.EndAsync(partition, default);
        for (long position = 0; position < end;) position = (await log.ReadAsync(partition, position, ReadRecordsMax, default))[^1].Position + 1;
    })));
}
