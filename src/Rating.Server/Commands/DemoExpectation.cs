using System.Text.Json.Nodes;
using Rating.Server.Documents;

namespace Rating.Server.Commands;

/// <summary>What samples/README.md works out by hand, compared with what the engine made.</summary>
internal static class DemoExpectation
{
    /// <summary>Compares invoices and counts.</summary>
    /// <returns>Every difference, in words.</returns>
    public static IReadOnlyList<string> Compare(string samples, IReadOnlyList<InvoiceDocument> invoices, long received, ReconciliationDocument report)
    {
        var wrong = new List<string>();
        var expected = Read(samples, "expected-invoices.json");
        var accounts = expected["accounts"]!.AsObject();
        foreach (var (account, wanted) in accounts)
        {
            var found = invoices.Where(invoice => invoice.Account == account).ToList();
            if (found.Count == 1) Compare(account, wanted!, found[0], wrong);
            else wrong.Add($"{account}: {found.Count} invoices, one expected");
        }

        foreach (var invoice in invoices)
            if (!accounts.ContainsKey(invoice.Account)) wrong.Add($"{invoice.Account}: invoice {invoice.Number} was not expected");
        var counts = Read(samples, "expected-counts.json")["all"]!;
        var verdicts = report.Verdicts;
        foreach (var (name, count) in new[]
        {
            ("received", received), ("rated", verdicts.Rated), ("late", verdicts.Late), ("notbillable", verdicts.NotBillable), ("duplicate", verdicts.Duplicate), ("suspended", verdicts.Suspended), ("rejected", verdicts.Rejected),
        })
            if ((long)counts[name]! != count) wrong.Add($"{name}: {count}, expected {counts[name]}");
        return wrong;
    }

    private static void Compare(string account, JsonNode wanted, InvoiceDocument invoice, List<string> wrong)
    {
        var expected = wanted["lines"]!.AsArray().Select(line => Text(line!)).Order(StringComparer.Ordinal).ToList();
        var found = invoice.Sections.SelectMany(section => section.Lines.Select(line =>
            $"{section.Subscription} {line.Kind} {line.Charge} '{line.Detail}' {line.From} {line.To} {line.Quantity} = {line.Amount}")).Order(StringComparer.Ordinal).ToList();
        wrong.AddRange(Without(expected, found).Select(line => $"{account}: missing: {line}"));
        wrong.AddRange(Without(found, expected).Select(line => $"{account}: not expected: {line}"));
        if ((string)wanted["total"]! != invoice.Total) wrong.Add($"{account}: total {invoice.Total}, expected {wanted["total"]}");
    }

    // As often as they stand there: two equal lines are not one.
    private static List<string> Without(List<string> lines, List<string> others)
    {
        var rest = new List<string>(lines);
        foreach (var line in others) rest.Remove(line);
        return rest;
    }

    private static string Text(JsonNode line) => $"{line["subscription"]} {line["kind"]} {line["charge"]} '{line["detail"]}' {line["from"]} {line["to"]} {line["quantity"]} = {line["amount"]}";

    private static JsonNode Read(string samples, string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(samples, file)))!;
}
