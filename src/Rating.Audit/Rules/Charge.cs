using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>One charge of a plan, of whichever model.</summary>
internal sealed record Charge(
    string Key, string Name, string Model, Meter? Meter, RateDeck? Deck, Fraction Price, string? Quantity, bool InAdvance, bool Prorated, Fraction Size,
    IReadOnlyList<(Fraction? UpTo, Fraction Price, Fraction FlatFee)> Tiers, IReadOnlyList<(string Name, string[] Values)> Where)
{
    public bool IsMetered => Meter is not null;

    public static Charge Read(JsonElement json, IReadOnlyDictionary<string, Meter> meters, IReadOnlyDictionary<string, RateDeck> decks)
    {
        var model = json.Text("model");
        if (model is not ("recurring" or "oneOff" or "perUnit" or "graduated" or "volume" or "package" or "rateDeck")) throw new FormatException($"'{model}' is not a model.");
        if (json.Number("size", 1).Sign <= 0) throw new FormatException("The size of a package.");
        var metered = model is not ("recurring" or "oneOff");
        return new Charge(
            json.Text("key"), json.Text("name", ""), model,
            metered ? meters[json.Text("meter")] : null,
            model == "rateDeck" ? decks[json.Text("deck")] : null,
            json.Number("price", 0), json.Member("quantity")?.AsText(),
            json.Text("timing", "arrears") == "advance", json.Text("proration", "day") != "none", json.Number("size", 1),
            [.. json.List("tiers").Select(t => (t.Member("upTo") is { } upTo ? Fraction.Parse(upTo.AsText()) : (Fraction?)null, t.Number("price", 0), t.Number("flatFee", 0)))],
            [.. json.Member("where")?.EnumerateObject().Select(w => (w.Name, w.Value.Texts())) ?? []]);
    }

    /// <summary>Everything that a line can depend on, as one text.</summary>
    public string Content => string.Join('\u001f', [
        Key, Name, Model, Meter?.Content ?? "", Deck?.Content ?? "", Price.ToString(), Quantity ?? "", InAdvance.ToString(), Prorated.ToString(), Size.ToString(),
        .. Tiers.Select(t => t.ToString()), .. Where.OrderBy(w => w.Name, StringComparer.Ordinal).Select(w => w.Name + '\u001e' + string.Join('\u001e', w.Values))]);

    /// <summary>Whether the charge is for usage of its meter with these dimensions.</summary>
    public bool Covers(string[] dimensions) => Where.All(w => Array.IndexOf(Meter!.Dimensions, w.Name) is >= 0 and var at && w.Values.Contains(dimensions[at]));

    /// <summary>The exact amount of a period's figure.</summary>
    public Fraction Amount(Fraction figure) => Model switch
    {
        "perUnit" => Price * figure,
        "package" => figure.Sign <= 0 ? Fraction.Zero : new Fraction((figure / Size).Ceiling(), 1) * Price,
        "volume" => Volume(figure),
        "graduated" => Graduated(figure),
        _ => throw new InvalidOperationException(Model),
    };

    private Fraction Volume(Fraction figure)
    {
        var tier = Tiers.FirstOrDefault(t => t.UpTo is null || figure <= t.UpTo, Tiers[^1]);
        return (figure * tier.Price) + tier.FlatFee;
    }

    private Fraction Graduated(Fraction figure)
    {
        var amount = Fraction.Zero;
        Fraction? below = null; // the bound under the tier; the first tier has none
        foreach (var tier in Tiers)
        {
            if (below is not null && figure <= below) break;
            var upper = tier.UpTo is { } upTo ? Fraction.Min(upTo, figure) : figure;
            amount += ((upper - (below ?? Fraction.Zero)) * tier.Price) + tier.FlatFee;
            below = tier.UpTo;
            if (tier.UpTo is null) break;
        }
        return amount;
    }
}
