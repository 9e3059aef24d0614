using System.Text.Json;
using NodaTime;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>A stored snapshot as far as the audit compares it.</summary>
internal sealed class SnapshotDocument
{
    private SnapshotDocument(JsonElement json)
    {
        Tenant = json.Text("tenant");
        Subscription = json.Text("subscription");
        Account = json.Text("account");
        Kind = json.Text("kind");
        if (Kind is not ("period" or "activation" or "supplementary") && !IsProgress) throw new FormatException($"'{Kind}' is not a kind of snapshot.");
        var period = json.GetProperty("period");
        Period = (int)period.Number("number").Numerator;
        Start = period.DateOrNone("start");
        End = period.DateOrNone("end");
        BookSequence = (long)json.Number("bookSequence").Numerator;
        Currency = json.Text("currency");
        Lines = ReadLines(json);
        Printed = [.. json.List("lines").Select(PrintedLine)];
        Total = json.Number("total");
        Day = json.DateOrNone("day");
        Usage = json.Member("usage") is { } usage ? UsageFigures.Read(usage) : new UsageFigures();
        foreach (var late in json.List("lateUsage")) LateUsage.Add((int)late.GetProperty("period").Number("number").Numerator, UsageFigures.Read(late.GetProperty("usage")));
    }

    public string Tenant { get; }
    public string Subscription { get; }
    public string Account { get; }
    public string Kind { get; }

    /// <summary>Usage of an open period, billed at the plan's threshold.</summary>
    public bool IsProgress => Kind.StartsWith("progress/", StringComparison.Ordinal);
    public int Period { get; }
    public LocalDate? Start { get; }
    public LocalDate? End { get; }
    public long BookSequence { get; }

    /// <summary>The day of a progress snapshot.</summary>
    public LocalDate? Day { get; }
    public string Currency { get; }
    public IReadOnlyList<OracleLine> Lines { get; }

    /// <summary>The lines with everything that an invoice repeats, as texts.</summary>
    public IReadOnlyList<string> Printed { get; }
    public Fraction Total { get; }
    public UsageFigures Usage { get; }
    public SortedDictionary<int, UsageFigures> LateUsage { get; } = [];

    public BilledBefore Billed => new(IsProgress ? "progress" : Kind, Period, Lines);

    public string Where => $"snapshot {Tenant}/{Subscription} {Kind} {Period}";

    /// <summary>The cycle of the invoice that bills this snapshot.</summary>
    public string Cycle => Kind switch
    {
        "period" => End?.ToString("uuuu-MM-dd", null) ?? "",
        "activation" => $"activation/{Subscription}",
        _ when IsProgress => $"progress/{Subscription}/{Period}/{Kind["progress/".Length..]}",
        _ => $"supplementary/{Subscription}/{Period}",
    };

    public static SnapshotDocument Read(string text)
    {
        using var document = JsonDocument.Parse(text);
        return new SnapshotDocument(document.RootElement);
    }

    public static List<OracleLine> ReadLines(JsonElement json, string member = "lines") => [.. json.List(member).Select(l => new OracleLine(
        l.Text("kind"), l.Text("charge"), l.Text("detail", ""), l.Date("from"), l.Date("to"), l.Number("quantity", 0), l.Number("amount"))
    {
        Cost = l.NumberOrNone("cost"), Uncosted = l.Integer("uncosted", 0), TaxCode = l.Text("taxCode", "standard"),
    })];

    /// <summary>A line with all its members in order of their names, numbers by value.</summary>
    public static string PrintedLine(JsonElement line) => string.Join('|', line.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal).Select(m =>
        m.Name + "=" + (m.Name is "quantity" or "amount" or "cost" or "margin" ? Fraction.Parse(m.Value.AsText()).ToString() : m.Value.ValueKind == JsonValueKind.String ? m.Value.GetString() : m.Value.GetRawText())));
}
