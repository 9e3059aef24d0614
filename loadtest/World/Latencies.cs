using System.Globalization;

namespace Rating.Loadtest.World;

/// <summary>How long many questions took, in milliseconds.</summary>
internal sealed record Latencies(double P50, double P99, double Max, int Count)
{
    public static Latencies Of(List<double> millis)
    {
        millis.Sort();
        return millis.Count == 0 ? new Latencies(0, 0, 0, 0) : new Latencies(millis[millis.Count / 2], millis[(int)(millis.Count * 0.99)], millis[^1], millis.Count);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{P50:0.000}, {P99:0.000}, {Max:0.0} of {Count}");
}
