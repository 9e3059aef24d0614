using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Rating.Engine;
using Rating.Engine.Store;
using Xunit.Abstractions;

namespace Rating.Tests.Engine;

/// <summary>What it costs that somebody listens: the figure of docs/serve.md.</summary>
public sealed class TelemetryMeasurements(ITestOutputHelper output)
{
    private const int Pairs = 5;

    [Measurement]
    public async Task Overhead()
    {
        var (log, book) = await PostgresMeasurements.FillAsync();
        await PostgresMeasurements.RunAsync(log, book, new MemoryRatingStore(log.Partitions));
        var ratios = new List<double>();
        for (var pair = 0; pair < Pairs; pair++)
        {
            var alone = await CpuAsync(() => PostgresMeasurements.RunAsync(log, book, new MemoryRatingStore(log.Partitions)));
            using var meters = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Meter.Name == Telemetry.Name) listener.EnableMeasurementEvents(instrument); } };
            meters.SetMeasurementEventCallback<long>((_, _, _, _) => { });
            meters.SetMeasurementEventCallback<double>((_, _, _, _) => { });
            meters.Start();
            using var spans = new ActivityListener { ShouldListenTo = source => source.Name == Telemetry.Name, Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded };
            ActivitySource.AddActivityListener(spans);
            var heard = await CpuAsync(() => PostgresMeasurements.RunAsync(log, book, new MemoryRatingStore(log.Partitions)));
            ratios.Add(heard / alone);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"alone {alone:0.000} s CPU, listened to {heard:0.000} s CPU, ratio {heard / alone:0.000}"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median ratio {ratios.Order().ElementAt(Pairs / 2):0.000}"));
    }

    private static async Task<double> CpuAsync(Func<Task> work)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        await work();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }
}
