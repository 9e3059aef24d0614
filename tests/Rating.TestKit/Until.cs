using System.Diagnostics;
using Rating.Engine;

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
        while (true)
        {
            var asked = isSo();
            await DoneAsync(what, asked);
            if (await asked) return clock.Elapsed;
            if (clock.Elapsed > Patience) throw new ProcessFailure(Never(what));
            await pace.WaitForNextTickAsync();
        }
    }

    /// <summary>Asks until it is answered: <see cref="Unavailable"/> means not yet.</summary>
    /// <returns>The answer.</returns>
    /// <exception cref="ProcessFailure">It was never answered.</exception>
    public static async Task<T> AvailableAsync<T>(string what, Func<Task<T>> ask)
    {
        T answer = default!;
        await SoAsync(what, async () =>
        {
            try
            {
                answer = await ask();
                return true;
            }
            catch (Unavailable)
            {
                return false;
            }
        });
        return answer;
    }

    /// <summary>Waits for something that says by itself when it is so.</summary>
    /// <exception cref="ProcessFailure">It did not come to be.</exception>
    public static async Task DoneAsync(string what, Task task)
    {
        try
        {
            await task.WaitAsync(Patience);
        }
        catch (TimeoutException late) when (!task.IsCompleted)
        {
            throw new ProcessFailure(Never(what), late);
        }
    }

    private static string Never(string what) => $"In {Patience.TotalSeconds:0} s it never came to be that {what}.";
}
