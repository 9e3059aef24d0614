using System.Globalization;

namespace Rating.Loadtest.Report;

/// <summary>One plain line per figure, as DESIGN.md 9 says: the end of the output, for programs and for changelogs.</summary>
internal static class PlainLines
{
    public static void Write(IEnumerable<Figure> figures)
    {
        foreach (var figure in figures) Console.Out.WriteLine(Of(figure));
    }

    /// <summary>The line of a figure.</summary>
    public static string Of(Figure figure) => string.Create(CultureInfo.InvariantCulture,
        $"row={figure.Row} ratio={figure.Ratio:0.00} goal={figure.Goal:0.00} met={(figure.IsMet ? "yes" : "no")} numerator={figure.Numerator:0.###} denominator={figure.Denominator:0.###} unit={figure.Unit} spread={figure.Lowest:0.00}..{figure.Highest:0.00} pairs={figure.Pairs.Count}");
}
