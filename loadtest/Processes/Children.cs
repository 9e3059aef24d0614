using System.Text.Json;
using Rating.Loadtest.Local;
using Rating.Loadtest.Pipeline;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Processes;

/// <summary>The sides of figures that are processes of their own, by name: <c>loadtest child KIND JSON</c>.</summary>
internal static class Children
{
    public const string Command = "child";

    /// <summary>Does what the parent asked for.</summary>
    public static async Task<int> RunAsync(string kind, string settings)
    {
        await (kind switch
        {
            IdleMemory.Kind => IdleMemory.ChildAsync(Read<Place>(settings)),
            ManySubscriptions.Kind => ManySubscriptions.ChildAsync(Read<ManySubscriptions.Settings>(settings)),
            RawConsumer.Kind => RawConsumer.ChildAsync(Read<TopicRun>(settings)),
            LogReader.Kind => LogReader.ChildAsync(Read<TopicRun>(settings)),
            EngineProcess.Kind => EngineProcess.ChildAsync(Read<TopicRun>(settings)),
            ServedEngine.Kind => ServedEngine.ChildAsync(Read<TopicRun>(settings)),
            LoadGenerator.Kind => LoadGenerator.ChildAsync(Read<LoadGenerator.Settings>(settings)),
            NaiveTable.Kind => NaiveTable.ChildAsync(Read<TopicRun>(settings)),
#if RATING_ORLEANS
            Cluster.NaiveSilo.Kind => Cluster.NaiveSilo.ChildAsync(Read<Cluster.MemoryRun>(settings)),
            Cluster.MemorySilo.Kind => Cluster.MemorySilo.ChildAsync(Read<Cluster.MemoryRun>(settings)),
#endif
            _ => throw new ArgumentException($"{kind}: no such process"),
        });
        return 0;
    }

    /// <summary>Answers the parent.</summary>
    public static void Say<T>(T answer) => Console.Out.WriteLine(JsonSerializer.Serialize(answer));

    /// <summary>Waits for the parent's next line; null when it has no more.</summary>
    public static Task<string?> AskedAsync() => Console.In.ReadLineAsync();

    private static T Read<T>(string settings) => JsonSerializer.Deserialize<T>(settings)!;
}
