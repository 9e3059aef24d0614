using System.Globalization;
using Rating.Loadtest.Processes;

namespace Rating.Loadtest.Cluster;

/// <summary>Watches the resident memory of processes, from <c>/proc</c>: before, and the most of the one that grew most.</summary>
internal sealed class ResidentMemory : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly double[] _before;
    private readonly double[] _peak;
    private readonly Task _watching;

    public ResidentMemory(IReadOnlyList<ChildProcess> processes)
    {
        _before = [.. processes.Select(Of)];
        _peak = [.. _before];
        _watching = Task.Run(async () =>
        {
            while (!_stop.IsCancellationRequested)
            {
                for (var i = 0; i < _peak.Length; i++) _peak[i] = Math.Max(_peak[i], Of(processes[i]));
                await Task.Delay(50);
            }
        });
    }

    public double BeforeMiB => _before[Most];

    public double PeakMiB => _peak[Most];

    private int Most => Enumerable.Range(0, _peak.Length).MaxBy(i => _peak[i] - _before[i]);

    public void Dispose()
    {
        _stop.Cancel();
        _watching.GetAwaiter().GetResult();
        _stop.Dispose();
    }

    private static double Of(ChildProcess process) =>
        File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)) is var line ? double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024 : 0;
}
