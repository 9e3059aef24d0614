namespace Rating.Tests.Docs;

/// <summary>Every row of docs/pricing.md, through the engine's catalog reader and pricing.</summary>
public sealed class PricingExamplesTests
{
    private const int RowsAtLeast = 300;

    private static readonly Lazy<IReadOnlyDictionary<string, PricingExample>> Examples = new(() =>
        DocumentPage.Read("pricing.md").Sections("### Example: ").ToDictionary(section => section.Title, section => new PricingExample(section.Title, section.Body), StringComparer.Ordinal));

    public static IEnumerable<object[]> Rows() =>
        Examples.Value.Values.SelectMany(example => example.Rows.Select((cells, row) => new object[] { example.Name, row, string.Join(" | ", cells) }));

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_row_of_an_example_is_priced_as_the_page_says(string example, int row, string text)
    {
        var (expected, found) = Examples.Value[example].Run(row);
        Assert.True(expected == found, $"docs/pricing.md, '{example}': {text}\nthe page says {expected}, the engine {found}");
    }

    [Fact]
    public void No_row_of_the_page_is_passed_over() => Assert.True(
        Examples.Value.Values.Sum(example => example.Rows.Count) >= RowsAtLeast && Examples.Value.Values.All(example => example.Rows.Count > 0),
        $"{Examples.Value.Values.Sum(example => example.Rows.Count)} rows in {Examples.Value.Count} examples; at least {RowsAtLeast} rows were there, and an example without rows is none");
}
