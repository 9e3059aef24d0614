using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>One charge of a plan, of whichever model.</summary>
internal sealed partial class Charge
{
    private static readonly string[] Models = [
        "recurring", "oneOff", "flat", "perUnit", "graduated", "volume", "stairstep", "package", "blocks", "percentage", "graduatedPercentage", "volumePercentage", "matrix", "dynamic", "rateDeck"];

    private readonly JsonElement _json;
    private readonly IReadOnlyList<DimensionCondition> _where;
    private readonly IReadOnlyList<(IReadOnlyList<DimensionCondition> When, Fraction Price)> _cells;
    private readonly IReadOnlyList<Tier> _tiers;

    public Charge(JsonElement json, IReadOnlyDictionary<string, Meter> meters, IReadOnlyDictionary<string, RateDeck> decks, string? planTaxCode)
    {
        _json = json = json.Clone();
        Key = json.Text("key");
        Model = json.Text("model");
        if (!Models.Contains(Model)) throw new FormatException($"'{Model}' is not a model.");
        Meter = Model is "recurring" or "oneOff" ? null : meters[json.Text("meter")];
        Deck = Model == "rateDeck" ? decks[json.Text("deck")] : null;
        DynamicAmount = Model == "dynamic" ? Expression.Parse(json.Text("amount")) : null;
        Cost = Cost.Read(json.Member("cost"), decks);
        Price = json.Number("price", 0);
        Quantity = json.Member("quantity")?.AsText();
        InAdvance = json.Text("timing", "arrears") == "advance";
        Proration = json.Text("proration", "day");
        Interval = json.Member("interval")?.AsText();
        AnchorsAtStart = json.Text("anchor", "") == "start";
        GivesNothingBack = json.Text("credit", "") == "none";
        RatioDecimals = json.Member("ratioDecimals") is { } decimals ? (int)Fraction.Parse(decimals.AsText()).Numerator : null;
        TaxCode = json.Member("taxCode")?.AsText() ?? planTaxCode;
        Parts = [.. json.List("parts").Select(BundlePart.Read)];
        Minimum = Commitment.Read(json.Member("periodMinimum"));
        Maximum = Commitment.Read(json.Member("periodMaximum"));
        GroupBy = json.Member("groupBy")?.Texts() ?? [];
        OneLineForAll = json.Text("linePer", "destination") == "charge";
        _where = DimensionCondition.Read(json.Member("where"));
        _cells = [.. json.List("prices").Select(p => (DimensionCondition.Read(p.Member("when")), p.Number("price")))];
        _tiers = [.. json.List("tiers").Select(Tier.Read)];
        Content = string.Join('\u001f', [Canonical.Text(json), Meter?.Content ?? "", Deck?.Content ?? "", Cost?.Deck?.Content ?? ""]);
    }

    public string Key { get; }
    public string Model { get; }
    public Meter? Meter { get; }
    public RateDeck? Deck { get; }

    /// <summary>The price that an event brings.</summary>
    public Expression? DynamicAmount { get; }
    public Cost? Cost { get; }
    public Fraction Price { get; }
    public string? Quantity { get; }
    public bool InAdvance { get; }
    public string Proration { get; }

    /// <summary>An interval of its own, or null for the plan's.</summary>
    public string? Interval { get; }
    public bool AnchorsAtStart { get; }
    public bool GivesNothingBack { get; }
    public int? RatioDecimals { get; }

    /// <summary>The charge's, else its plan's.</summary>
    public string? TaxCode { get; }
    public IReadOnlyList<BundlePart> Parts { get; }
    public Commitment? Minimum { get; }
    public Commitment? Maximum { get; }
    public string[] GroupBy { get; }

    /// <summary>One line for all calls instead of one per destination.</summary>
    public bool OneLineForAll { get; }
    public bool IsMetered => Meter is not null;

    /// <summary>Each event has an amount of its own: calls, and events that bring their price.</summary>
    public bool IsRatedByEvent => Deck is not null || DynamicAmount is not null;

    /// <summary>The amount depends on single events, not only on totals of them.</summary>
    public bool LooksAtEvents => Model switch
    {
        "percentage" => _json.Member("minimum") is not null || _json.Member("maximum") is not null
            || ((_json.Member("freeCount") ?? _json.Member("freeAmount")) is not null && _json.Text("free", "together") == "together"),
        "volumePercentage" => _tiers.Any(t => (t.Minimum ?? t.Maximum) is not null),
        _ => false,
    };

    /// <summary>A flat charge is due without usage.</summary>
    public bool FlatIsAlwaysDue => _json.Text("when", "usage") == "always";

    public bool HasOwnInterval => Interval is not null || AnchorsAtStart;

    /// <summary>Everything that a line can depend on, as one text.</summary>
    public string Content { get; }

    /// <summary>Whether the charge is for usage of its meter with these dimensions.</summary>
    public bool Covers(string[] dimensions) => _where.All(w => w.Holds(Meter!, dimensions)) && (Model != "matrix" || CellPrice(dimensions) is not null);

    /// <summary>The group of a line, written as its detail.</summary>
    public string GroupOf(string[] dimensions) =>
        GroupBy.Length == 0 ? "" : Rules.Meter.Written(Meter!.Dimensions.Where(GroupBy.Contains), Meter.Dimensions.Zip(dimensions).Where(d => GroupBy.Contains(d.First)).Select(d => d.Second));
}
