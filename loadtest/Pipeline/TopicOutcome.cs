using System.Diagnostics;

namespace Rating.Loadtest.Pipeline;

/// <summary>What working through a topic took in one process.</summary>
/// <param name="Seconds">From the first record asked for until the last was done with.</param>
/// <param name="CpuMicros">CPU of the process, all threads, per record.</param>
internal sealed record TopicOutcome(double Seconds, double CpuMicros)
{
    /// <summary>Garbage that was made, in bytes per record.</summary>
    public double AllocatedBytes { get; init; }

    /// <summary>How many garbage collections, and the share of the time in their pauses.</summary>
    public string Collections { get; init; } = "";

    /// <summary>The most memory that the process ever had resident.</summary>
    public double PeakMiB { get; init; }

    /// <summary>Verdicts by name.</summary>
    public string Verdicts { get; init; } = "";

    /// <summary>Measures some work over so many records.</summary>
    public static async Task<TopicOutcome> OfAsync(int records, Func<Task> work)
    {
        GC.Collect();
        var before = (Cpu: Environment.CpuUsage.TotalTime, Bytes: GC.GetTotalAllocatedBytes(), Gen0: GC.CollectionCount(0), Gen2: GC.CollectionCount(2), Pause: GC.GetTotalPauseDuration(), At: Stopwatch.GetTimestamp());
        await work();
        var seconds = Stopwatch.GetElapsedTime(before.At).TotalSeconds;
        using var self = Process.GetCurrentProcess();
        return new TopicOutcome(seconds, (Environment.CpuUsage.TotalTime - before.Cpu).TotalMicroseconds / records)
        {
            AllocatedBytes = (double)(GC.GetTotalAllocatedBytes() - before.Bytes) / records,
            Collections = $"{GC.CollectionCount(0) - before.Gen0} of generation 0 or more, {GC.CollectionCount(2) - before.Gen2} of 2, pauses {(GC.GetTotalPauseDuration() - before.Pause).TotalSeconds / seconds:0.0 %} of the time",
            PeakMiB = self.PeakWorkingSet64 / (double)(1 << 20),
        };
    }
}
