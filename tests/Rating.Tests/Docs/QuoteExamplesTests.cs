using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rating.Domain;
using Rating.Engine.Quotes;
using Rating.Server.Files;

namespace Rating.Tests.Docs;

/// <summary>docs/quotes.md, example by example: the total stands at the end of its heading or of the text before the block.</summary>
public sealed class QuoteExamplesTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(DocumentPage.Root, "docs", "quotes.md"));

    public static TheoryData<string, string, string, string> Examples
    {
        get
        {
            var data = new TheoryData<string, string, string, string>();
            foreach (Match match in Regex.Matches(Page, @"### (?<title>[^\n]+)(?<text>[^`]*)```yaml\n(?<yaml>.*?)```", RegexOptions.Singleline))
            {
                var told = match.Groups["title"].Value + match.Groups["text"].Value;
                data.Add(match.Groups["title"].Value, match.Groups["yaml"].Value, told, Regex.Matches(told, @"-?\d+\.\d\d(?!\d)")[^1].Value);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_example_gives_the_total_that_it_states(string title, string yaml, string told, string total)
    {
        var request = YamlToJson.Convert(yaml);
        var first = Quote.Write(Quote.Make(request, null));
        using var quoted = JsonDocument.Parse(first);
        var found = told.Contains("due", StringComparison.Ordinal)
            ? quoted.RootElement.GetProperty("invoices").EnumerateArray().Sum(invoice => decimal.Parse(invoice.GetProperty(invoice.TryGetProperty("due", out _) ? "due" : "total").GetString()!, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture)
            : quoted.RootElement.GetProperty("total").GetString();
        Assert.True(total == found, $"{title}: {total} expected, {found} found\n{first}");
        Assert.Equal(first, Quote.Write(Quote.Make(request, null)));
    }

    [Fact]
    public void Each_model_has_an_example() => Assert.True(Examples.Count >= 38, $"{Examples.Count} examples");

    [Theory]
    [InlineData("""{"start":"2026-03-01"}""", "catalog.missing", "")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-02-30"}""", "document.date", "start")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","end":"2026-03-01"}""", "subscription.dates", "")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","period":"2026-02-01"}""", "quote.period", "period")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","usage":[{"meter":"nothing","quantity":1}]}""", "meter.unknown", "usage[0].meter")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","usage":[{"meter":"n","quantity":"1000000000001"}]}""", "quantity.invalid", "usage[0].quantity")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","usage":[{"meter":"n","quantity":-1}]}""", "quantity.negative", "usage[0].quantity")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","usage":[{"meter":"n","quantity":1,"on":"2027-01-01"}]}""", "quote.usage", "usage[0].on")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","usage":[{"type":"n","time":"2026-03-02T00:00:00Z","data":{"v":"x"}}]}""", "quote.badValue", "usage[0]")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","usage":[{"type":"z","time":"2026-03-02T00:00:00Z"}]}""", "quote.unknownMeter", "usage[0]")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","usage":[{"type":"n","time":"2026-04-02T00:00:00Z","data":{"v":1}}]}""", "quote.usage", "usage[0].time")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","plan":"q"}""", "plan.unknown", "changes[0].plan")]
    [InlineData("""{"catalog":CATALOG,"currency":"USD","start":"2026-03-01"}""", "currency.mixed", "currency")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","account":{"credits":[{"key":"c","amount":"5","currency":"USD"}]}}""", "currency.mixed", "account.credits[0].currency")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","account":{"minimum":"5.001"}}""", "amount.decimals", "account.minimum")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","discounts":[{"key":"d","percent":"101"}]}""", "document.percent", "discounts[0].percent")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","discounts":[{"key":"d","percent":"1","amount":"1"}]}""", "discount.kind", "discounts[0]")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","discounts":[{"key":"d","percent":"1","from":"2026-03-01","to":"2026-03-01"}]}""", "document.days", "discounts[0].to")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","addOns":["x"]}""", "plan.unknown", "changes[0].addOns[0]")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","addOns":["p"]}""", "plan.addOn.charge", "changes[0].addOns[0]")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","anchor":"start","anchorDay":1}""", "subscription.anchor", "anchor")]
    [InlineData("""{"catalog":CATALOG,"subscriptions":[]}""", "quote.subscriptions", "subscriptions")]
    [InlineData("""{"catalog":CATALOG,"subscriptions":[{"id":"a","start":"2026-03-01"}],"usage":[{"subscription":"b","meter":"n","quantity":1}]}""", "subscription.unknown", "usage[0].subscription")]
    [InlineData("""{"catalog":CATALOG,"subscriptions":[{"id":"a","start":"2026-03-32"}]}""", "document.date", "subscriptions[0].start")]
    [InlineData("""{"catalog":CATALOG,"start":"2026-03-01","quantity":1}""", "document.member.unknown", "")]
    public void A_wrong_quote_is_answered_with_the_field_and_the_reason(string request, string code, string where)
    {
        var catalog = """{"currency":"EUR","meters":[{"key":"n","event":"n","value":"v"}],"plans":[{"key":"p","charges":[{"key":"n","model":"perUnit","meter":"n","price":"1"}]}]}""";
        var refused = Assert.Throws<Refused>(() => Quote.Make(request.Replace("CATALOG", catalog, StringComparison.Ordinal), null));
        Assert.Equal((code, where), (refused.Code, refused.Where));
    }
}
