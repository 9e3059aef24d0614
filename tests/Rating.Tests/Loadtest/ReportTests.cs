using System.Text.Json;
using System.Xml.Linq;
using Rating.Loadtest;
using Rating.Loadtest.Report;

namespace Rating.Tests.Loadtest;

/// <summary>What the load test writes is read by programs: the plain lines as DESIGN.md 9 gives them, JSON, and a plot that is well-formed.</summary>
public sealed class ReportTests
{
    // By hand: ratios 0.50, 0.63, 0.70, 0.60, 0.90; sorted 0.50 0.60 0.63 0.70 0.90.
    private static readonly Figure AtLeast = Of("1", 0.60, true, (100, 200), (126, 200), (140, 200), (120, 200), (180, 200));

    // An even number of pairs: the median lies between 1.5 and 2.5.
    private static readonly Figure AtMost = Of("2", 1.5, false, (3, 2), (5, 2));

    [Fact]
    public void A_plain_line_has_median_goal_and_spread() => Assert.Equal(
        ["row=1 ratio=0.63 goal=0.60 met=yes numerator=126 denominator=200 unit=records/s spread=0.50..0.90 pairs=5", "row=2 ratio=2.00 goal=1.50 met=no numerator=4 denominator=2 unit=records/s spread=1.50..2.50 pairs=2"],
        [PlainLines.Of(AtLeast), PlainLines.Of(AtMost)]);

    [Fact]
    public void The_files_are_named_after_the_command_and_hold_every_pair()
    {
        var folder = Directory.CreateTempSubdirectory("rating-report-").FullName;
        try
        {
            var options = Options.Parse(["pipeline", "--quick", "--only", "1,9", "--out", folder])!;
            JsonReport.Write([AtLeast, AtMost], options);
            SvgPlot.Write([AtLeast, AtMost], options);
            using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "pipeline.json")));
            var figures = json.RootElement.GetProperty("figures");
            Assert.Equal([2, 5], figures.EnumerateArray().Select(figure => figure.GetProperty("pairs").GetArrayLength()).Order());
            Assert.Equal(["1", "2"], figures.EnumerateArray().Select(figure => figure.GetProperty("row").GetString()!));
            var plot = XDocument.Load(Path.Combine(folder, "pipeline.svg"));
            // The background, and a bar for each.
            Assert.Equal(3, plot.Descendants().Count(element => element.Name.LocalName == "rect"));
            Assert.True(options.Quick && options.Wants("9") && !options.Wants("4"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("billing")]
    [InlineData("local --profile")]
    [InlineData("pipeline --only")]
    [InlineData("cluster --pairs 0")]
    public void What_is_not_understood_is_not_run(string arguments) => Assert.Null(Options.Parse(arguments.Split(' ')));

    private static Figure Of(string row, double goal, bool atLeast, params (double, double)[] pairs) => new(row, "Rated <over> raw & bare", "records/s", pairs, goal, atLeast, [("beside", "a < b")]);
}
