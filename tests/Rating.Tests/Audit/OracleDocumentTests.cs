using System.Text.RegularExpressions;
using Rating.Audit;
using Rating.Server.Files;
using Rating.Tests.Docs;

namespace Rating.Tests.Audit;

/// <summary>The worked examples of docs/pricing.md and docs/quotes.md, priced by the oracle. The engine is tested with the same pages elsewhere: neither gets a value from the other.</summary>
public sealed class OracleDocumentTests
{
    private static readonly Lazy<IReadOnlyDictionary<string, OraclePricingPage>> Examples = new(() =>
        DocumentPage.Read("pricing.md").Sections("### Example: ").ToDictionary(section => section.Title, section => new OraclePricingPage(section.Body), StringComparer.Ordinal));

    private static readonly string Quotes = File.ReadAllText(Path.Combine(DocumentPage.Root, "docs", "quotes.md"));

    public static IEnumerable<object[]> Rows() =>
        Examples.Value.SelectMany(example => example.Value.Rows.Select((cells, row) => new object[] { example.Key, row, string.Join(" | ", cells) }));

    public static TheoryData<string, string, string> QuoteExamples
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (Match match in Regex.Matches(Quotes, @"### (?<title>[^\n]+)(?<text>[^`]*)```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline))
                data.Add(match.Groups["title"].Value, match.Groups["yaml"].Value, Regex.Matches(match.Groups["title"].Value + match.Groups["text"].Value, @"-?\d+\.\d\d(?!\d)")[^1].Value);
            return data;
        }
    }

    // The page says "due" before the amount where credit has been paid with.
    private static bool IsDue(string title, string yaml) =>
        Quotes.IndexOf($"### {title}\n", StringComparison.Ordinal) is var at && Quotes[at..Quotes.IndexOf("```", at, StringComparison.Ordinal)].Contains("due in all", StringComparison.Ordinal) && yaml.Length > 0;

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_of_an_example_is_priced_as_the_page_says(string example, int row, string text)
    {
        var (expected, found) = Examples.Value[example].Run(row);
        Assert.True(expected == found, $"docs/pricing.md, '{example}': {text}\nthe page says {expected}, the oracle {found}");
    }

    [Theory]
    [MemberData(nameof(QuoteExamples))]
    public void A_quote_has_the_total_that_the_page_states(string title, string yaml, string total)
    {
        var quoted = OracleQuote.Make(YamlToJson.Convert(yaml));
        var sum = quoted.Aggregate(Fraction.Zero, (all, invoice) => all + (IsDue(title, yaml) ? invoice.Due : invoice.Total));
        Assert.True(Fraction.Parse(total) == sum, $"{title}: {total} expected, not {sum}\n{string.Join('\n', quoted.SelectMany(p => p.Lines.Concat(p.AccountLines.Select(l => l.Line))))}\n{string.Join('\n', quoted.SelectMany(p => p.Taxes))}");
    }
}
