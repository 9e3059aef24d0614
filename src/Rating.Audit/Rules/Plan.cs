using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>A plan as one catalog version has it.</summary>
internal sealed class Plan
{
    public Plan(JsonElement json, Catalog catalog)
    {
        Catalog = catalog;
        Key = json.Text("key");
        Interval = json.Text("interval", "month");
        Charges = [.. json.List("charges").Select(c => Charge.Read(c, catalog.Meters, catalog.Decks))];
        Content = string.Join('\u001d', [Key, json.Text("name", ""), Interval, .. Charges.Select(c => c.Content)]);
    }

    public Catalog Catalog { get; }
    public string Key { get; }
    public string Interval { get; }
    public IReadOnlyList<Charge> Charges { get; }
    public string Content { get; }

    /// <summary>Number of this content per tenant; 0 before the book has counted it.</summary>
    public int Revision { get; set; }
}
