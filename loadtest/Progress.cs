using System.Diagnostics;

namespace Rating.Loadtest;

/// <summary>Says on the error output what is being done, so that the output has the results only.</summary>
internal static class Progress
{
    private static readonly Stopwatch Since = Stopwatch.StartNew();

    public static void Say(string what) => Console.Error.WriteLine($"[{Since.Elapsed.TotalSeconds,6:0.0} s] {what}");
}
