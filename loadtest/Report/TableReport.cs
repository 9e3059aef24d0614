using Spectre.Console;

namespace Rating.Loadtest.Report;

/// <summary>The figures as a table on the terminal.</summary>
internal static class TableReport
{
    public static void Write(IEnumerable<Figure> figures)
    {
        // Where the output is a file there is no width to keep to.
        if (Console.IsOutputRedirected) (AnsiConsole.Profile.Width, AnsiConsole.Profile.Capabilities.ColorSystem) = (220, ColorSystem.NoColors);
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var name in new[] { "row", "figure", "numerator", "denominator", "ratio", "goal", "met" }) table.AddColumn(name);
        var beside = new Table().Border(TableBorder.Rounded);
        foreach (var name in new[] { "row", "beside", "value" }) beside.AddColumn(name);
        foreach (var figure in figures)
        {
            table.AddRow(
                figure.Row, Markup.Escape(figure.Title), $"{figure.Numerator:#,0.###} {figure.Unit}", $"{figure.Denominator:#,0.###} {figure.Unit}",
                $"{figure.Ratio:0.00} ({figure.Lowest:0.00}..{figure.Highest:0.00})", $"{(figure.AtLeast ? ">=" : "<=")} {figure.Goal:0.00}", figure.IsMet ? "[green]yes[/]" : "[red]no[/]");
            foreach (var (name, value) in figure.Beside) beside.AddRow(figure.Row, Markup.Escape(name), Markup.Escape(value));
        }

        AnsiConsole.Write(table);
        AnsiConsole.Write(beside);
    }
}
