using System.Diagnostics;

namespace Rating.TestKit;

/// <summary>Waits for what another process does and does not tell: asks at a pace that leaves the machine to whoever is waited for, and gives up in words.</summary>
public static class Until
{
    /// <summary>What a person would take for a hang.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until it is so.</summary>
    /// <param name="what">What is waited for, for the failure.</param>
    /// <param name="isSo">Whether it is so.</param>
    /// <returns>How long it took.</returns>
    /// <exception cref="ProcessFailure">It did not come to be.</exception>
    public static async Task<TimeSpan> SoAsync(string what, Func<Task<bool>> isSo)
    {
        var clock = Stopwatch.StartNew();
        using var pace = new PeriodicTimer(Pace);
        while (!await isSo())
        {
            if (clock.Elapsed > Patience) throw new ProcessFailure($"In {clock.Elapsed.TotalSeconds:0} s it never came to be that {what}.");
            await pace.WaitForNextTickAsync();
        }

        return clock.Elapsed;
    }
}
