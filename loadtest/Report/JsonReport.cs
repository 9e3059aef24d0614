using System.Text.Json;

namespace Rating.Loadtest.Report;

/// <summary>The figures with all their pairs, and the machine, as <c>COMMAND.json</c>.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(IEnumerable<Figure> figures, Options options)
    {
        var document = new
        {
            at = DateTime.UtcNow, processors = Environment.ProcessorCount, runtime = Environment.Version.ToString(), quick = options.Quick,
            figures = figures.Select(figure => new
            {
                row = figure.Row, title = figure.Title, unit = figure.Unit, ratio = figure.Ratio, goal = figure.Goal, better = figure.AtLeast ? "more" : "less", met = figure.IsMet,
                numerator = figure.Numerator, denominator = figure.Denominator, pairs = figure.Pairs.Select(pair => new[] { pair.Numerator, pair.Denominator }),
                beside = figure.Beside.Select(one => new { name = one.Name, value = one.Value }),
            }),
        };
        File.WriteAllText(Path.Combine(options.Out, $"{options.Command}.json"), JsonSerializer.Serialize(document, Indented));
    }
}
