using System.Text;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Rating.Audit.Rules;

/// <summary>Reads the rates of a deck, from JSON or from CSV text.</summary>
internal static class RateTable
{
    public static IEnumerable<Rate> Read(JsonElement deck) =>
        deck.Member("ratesCsv") is { } csv ? Csv(csv.AsText()).Select(Of) : deck.List("rates").Select(Of);

    private static Rate Of(JsonElement json) => new(
        Prefix(json.Text("prefix")), json.Member("callingPrefix") is { } calling ? Prefix(calling.AsText()) : null, json.Text("destination"), json.Member("band")?.AsText(), json.DateOrNone("from"), json.DateOrNone("to"),
        json.Number("connectionFee", 0), json.Number("minimumCharge", 0), json.NumberOrNone("maximumCharge"), json.Integer("initialSeconds", 60), json.Integer("incrementSeconds", 60),
        json.Integer("minimumSeconds", 0), json.Integer("freeSeconds", 0), json.Integer("graceSeconds", 0), json.Number("perMinute", 0), [.. json.List("slots").Select(Slot.Read)]);

    private static Rate Of(IReadOnlyDictionary<string, string> row)
    {
        string Text(string column) => row.GetValueOrDefault(column, "");
        Fraction Number(string column, long otherwise) => Text(column).Length == 0 ? otherwise : Fraction.Parse(Text(column));
        long Seconds(string column, long otherwise) => (long)Number(column, otherwise).Numerator;
        LocalDate? Day(string column) => Text(column).Length == 0 ? null : LocalDatePattern.Iso.Parse(Text(column)).Value;
        return new Rate(
            Prefix(Text("prefix")), Text("calling_prefix").Length == 0 ? null : Prefix(Text("calling_prefix")), Text("destination"), Text("band").Length == 0 ? null : Text("band"), Day("from"), Day("to"),
            Number("connection_fee", 0), Number("minimum_charge", 0), Text("maximum_charge").Length == 0 ? null : Number("maximum_charge", 0), Seconds("initial_seconds", 60), Seconds("increment_seconds", 60),
            Seconds("minimum_seconds", 0), Seconds("free_seconds", 0), Seconds("grace_seconds", 0), Number("per_minute", 0), []);
    }

    private static string Prefix(string text) => text.StartsWith('=') ? "=" + RateDeck.Digits(text[1..], out _) : RateDeck.Digits(text, out _);

    private static IEnumerable<Dictionary<string, string>> Csv(string text)
    {
        string[]? header = null;
        foreach (var row in Rows(text).Where(r => r.Count > 1 || r[0].Length > 0))
        {
            if (header is null) header = [.. row];
            else yield return header.Zip(row).ToDictionary(c => c.First, c => c.Second);
        }
    }

    private static IEnumerable<List<string>> Rows(string text)
    {
        var row = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i == text.Length ? '\n' : text[i];
            if (quoted && i < text.Length)
            {
                if (c != '"') cell.Append(c);
                else if (i + 1 < text.Length && text[i + 1] == '"') cell.Append(text[++i]);
                else quoted = false;
            }
            else if (c == '"') quoted = true;
            else if (c is ',' or '\n')
            {
                row.Add(cell.ToString().Trim());
                cell.Clear();
                if (c == ',') continue;
                yield return row;
                row = [];
            }
            else cell.Append(c);
        }
    }
}
