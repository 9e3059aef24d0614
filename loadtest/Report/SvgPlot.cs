using System.Globalization;
using System.Net;
using System.Text;

namespace Rating.Loadtest.Report;

/// <summary>The figures as bars, each scaled to its own goal, as <c>COMMAND.svg</c>: the dark mark is the goal, the thin line the spread.</summary>
internal static class SvgPlot
{
    private const int Left = 20, Width = 640, RowHeight = 58, GoalAt = 320;

    public static void Write(IReadOnlyList<Figure> figures, Options options)
    {
        var svg = new StringBuilder();
        var height = 40 + figures.Count * RowHeight;
        svg.Append(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{Width + 2 * Left}" height="{height}" font-family="sans-serif" font-size="13">""").Append('\n');
        svg.Append($"""<rect width="100%" height="100%" fill="white"/><text x="{Left}" y="22" fill="#555">Bars are scaled to their goal (dark mark). Green: met. Orange: not met.</text>""").Append('\n');
        for (var i = 0; i < figures.Count; i++) Bar(svg, figures[i], 40 + i * RowHeight);
        svg.Append("</svg>\n");
        File.WriteAllText(Path.Combine(options.Out, $"{options.Command}.svg"), svg.ToString());
    }

    private static void Bar(StringBuilder svg, Figure figure, int top)
    {
        var (bar, low, high) = (Place(figure, figure.Ratio), Place(figure, figure.Lowest), Place(figure, figure.Highest));
        var label = WebUtility.HtmlEncode($"{figure.Row}: {figure.Title}");
        var wanted = figure.AtLeast ? "at least" : "at most";
        svg.Append(CultureInfo.InvariantCulture, $"""
            <text x="{Left}" y="{top + 14}">{label}</text>
            <rect x="{Left}" y="{top + 20}" width="{bar}" height="18" fill="{(figure.IsMet ? "#4a9d5b" : "#e08a2e")}"/>
            <line x1="{Left + low}" y1="{top + 29}" x2="{Left + high}" y2="{top + 29}" stroke="#222" stroke-width="1"/>
            <line x1="{Left + GoalAt}" y1="{top + 17}" x2="{Left + GoalAt}" y2="{top + 41}" stroke="#111" stroke-width="3"/>
            <text x="{Left + Math.Max(bar, GoalAt) + 8}" y="{top + 34}" fill="#333">{figure.Ratio:0.00} ({wanted} {figure.Goal:0.00})</text>

            """);
    }

    private static int Place(Figure figure, double ratio) => (int)Math.Clamp(ratio / figure.Goal * GoalAt, 1, Width - 130);
}
