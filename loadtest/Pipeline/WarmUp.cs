namespace Rating.Loadtest.Pipeline;

/// <summary>Work before the measured work, so that no figure is one of the compiler.</summary>
/// <remarks>In steps with pauses: the runtime compiles a method for good only once nothing new has been called for a while, and in the background; without pauses most of a short run is spent in code that still counts its calls.</remarks>
internal static class WarmUp
{
    private const int Steps = 5;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Works.</summary>
    /// <param name="work">Does a share of the whole, from its start.</param>
    public static async Task RunAsync(Func<double, Task> work)
    {
        for (var step = 1; step <= Steps; step++)
        {
            await work((double)step / Steps);
            await Task.Delay(Pause);
        }
    }
}
