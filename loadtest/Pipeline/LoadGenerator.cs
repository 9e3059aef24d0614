using System.Diagnostics;
using Rating.Engine.Log;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Pipeline;

/// <summary>Writes records into a topic at a steady pace, from a process of its own. They are made before the clock starts.</summary>
internal static class LoadGenerator
{
    public const string Kind = "load";
    private const double SliceSeconds = 0.005;

    public static async Task ChildAsync(Settings settings)
    {
        var records = new List<LogAppend>();
        foreach (var batch in new UsageMaker(settings.Subscriptions, isZipf: false, settings.Seed) { IsKeyedBySubscription = settings.IsKeyedBySubscription }.Batches(Outside.Partitions, (int)Math.Round(settings.PerSecond * settings.Seconds))) records.AddRange(batch);
        using var producer = Outside.Producer(settings.Bootstrap, lingerMs: 5);
        Children.Say("ready");
        await Children.AskedAsync();
        var start = Stopwatch.GetTimestamp();
        for (var sent = 0; sent < records.Count;)
        {
            for (var due = Math.Min(records.Count, (int)(Stopwatch.GetElapsedTime(start).TotalSeconds * settings.PerSecond)); sent < due; sent++) Outside.Produce(producer, settings.Topic, records[sent], hasHeaders: false);
            Thread.Sleep(TimeSpan.FromSeconds(SliceSeconds));
        }

        producer.Flush(TimeSpan.FromMinutes(1));
        Children.Say(records.Count / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    /// <summary>What it is told.</summary>
    internal sealed record Settings(string Bootstrap, string Topic, int Subscriptions, int Seed, double PerSecond, double Seconds)
    {
        /// <summary>Whether the subscription decides the partition, instead of the subject.</summary>
        public bool IsKeyedBySubscription { get; init; }
    }
}
