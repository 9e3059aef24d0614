using System.Globalization;
using System.Text.Json;
using Rating.Audit;
using Rating.Engine.Quotes;

namespace Rating.Tests.Audit;

/// <summary>Made-up quotes: what the engine says, line by line, is what the oracle says.</summary>
public sealed class GeneratedQuoteTests
{
    /// <summary>A short list; <c>RATING_SEEDS=1-5000</c> runs more.</summary>
    public static TheoryData<int> Seeds
    {
        get
        {
            var range = (Environment.GetEnvironmentVariable("RATING_SEEDS") ?? "1-60").Split('-').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
            return [.. Enumerable.Range(range[0], range[^1] - range[0] + 1)];
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_oracle_quotes_the_same_lines(int seed)
    {
        var request = new QuoteScenario(seed).Request;
        var quoted = Quote.Write(Quote.Make(request, null));
        var oracle = OracleQuote.Make(request, null, quoted);
        using var engine = JsonDocument.Parse(quoted);
        var invoices = engine.RootElement.GetProperty("invoices").EnumerateArray().ToList();
        Assert.True(oracle.Count == invoices.Count, $"seed {seed}\n{string.Join(' ', oracle.Select(i => $"{i.Date:uuuu-MM-dd}"))}\n{string.Join(' ', invoices.Select(i => i.TryGetProperty("cycle", out var c) ? c.GetString() : i.GetProperty("period").GetProperty("end").GetString()))}\n{request}");
        foreach (var (invoice, expected) in invoices.Zip(oracle))
        {
            var (wanted, found) = (Written(expected), Written(invoice));
            Assert.True(wanted.SequenceEqual(found), $"seed {seed}, invoice of {expected.Date:uuuu-MM-dd}\noracle only:\n  {string.Join("\n  ", Less(wanted, found))}\nengine only:\n  {string.Join("\n  ", Less(found, wanted))}\n{request}");
        }
    }

    private static List<string> Written(OracleInvoice invoice)
    {
        var lines = invoice.Sections.SelectMany(s => s.Lines.Select(l => $"{(invoice.Sections.Count > 1 ? s.Subscription + ' ' : "")}{Written(l)}"))
            .Concat(invoice.AccountLines.Select(l => $"account {l.Subscription} {Written(l.Line)}"))
            .Concat(invoice.Taxes.Select(t => $"tax {t.Rule} of {t.Base}: {t.Amount} {t.Note}"))
            .Concat(invoice.Credits.Select(c => $"credit {c.Credit} {c.Amount}"));
        return [.. lines.Append($"total {invoice.Total}").Order(StringComparer.Ordinal)];
    }

    private static List<string> Written(JsonElement invoice)
    {
        static IEnumerable<JsonElement> List(JsonElement of, string name) => of.TryGetProperty(name, out var list) ? list.EnumerateArray() : [];
        static string Number(JsonElement of, string name) => Fraction.Parse(of.GetProperty(name).GetString()!).ToString();
        var sections = List(invoice, "sections").ToList();
        var lines = List(invoice, "lines").Select(l => Written(l, 0)).Concat(sections.SelectMany(s => List(s, "lines").Select(l => $"{(sections.Count > 1 ? s.GetProperty("subscription").GetString() + ' ' : "")}{Written(l, 0)}")))
            .Concat(List(invoice, "accountLines").Select(l => $"account {l.GetProperty("subscription").GetString()} {Written(l, 0)}"))
            .Concat(List(invoice, "taxes").Select(t => $"tax {t.GetProperty("rule").GetString()} of {Number(t, "base")}: {Number(t, "amount")} {t.GetProperty("note").GetString()}"))
            .Concat(List(invoice, "credits").Select(c => $"credit {c.GetProperty("credit").GetString()} {Number(c, "amount")}"));
        return [.. lines.Append($"total {Number(invoice, "total")}").Order(StringComparer.Ordinal)];
    }

    private static List<string> Less(List<string> all, List<string> without)
    {
        var rest = all.ToList();
        foreach (var line in without) rest.Remove(line);
        return rest;
    }

    private static string Written(OracleLine l) => $"{l.Kind} {l.Charge} '{l.Detail}' {l.From:uuuu-MM-dd}..{l.To:uuuu-MM-dd} {l.Quantity} {l.Amount} {l.TaxCode} {l.Cost}";

    private static string Written(JsonElement line, int _)
    {
        string Text(string name, string otherwise = "") => line.TryGetProperty(name, out var value) ? value.GetString()! : otherwise;
        string Number(string name) => line.TryGetProperty(name, out var value) ? Fraction.Parse(value.GetString()!).ToString() : "";
        return $"{Text("kind")} {Text("charge")} '{Text("detail")}' {Text("from")}..{Text("to")} {Number("quantity")} {Number("amount")} {Text("taxCode", "standard")} {Number("cost")}";
    }
}
