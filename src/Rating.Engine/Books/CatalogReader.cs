using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <summary>Reads a catalog document (docs/formats.md) into checked parts. A file per part; a further charge model is one more case in <see cref="ReadCharge"/>.</summary>
internal sealed partial class CatalogReader
{
    private readonly Dictionary<string, Meter> _meters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RateDeck> _decks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);
    private Currency _currency = null!;
    private string _planTaxCode = PricedLine.StandardTaxCode;

    private static (string, RoundingMode)[] Roundings => [("halfUp", RoundingMode.HalfUp), ("halfEven", RoundingMode.HalfEven), ("up", RoundingMode.Up), ("down", RoundingMode.Down)];

    /// <summary>Reads a catalog.</summary>
    /// <param name="document">The document.</param>
    /// <param name="version">The number that it gets.</param>
    /// <param name="known">The plan revisions of the version before by plan, with the text that each was made from.</param>
    /// <param name="nextRevision">Gives the number of a plan revision that is new.</param>
    /// <exception cref="Refused">Something in it is wrong; the place is named.</exception>
    public static (Catalog Catalog, IReadOnlyDictionary<string, (string Text, PlanRevision Revision)> Revisions) Read(
        JsonElement document, int version, IReadOnlyDictionary<string, (string Text, PlanRevision Revision)> known, Func<int> nextRevision) => new CatalogReader().ReadAll(document, version, known, nextRevision);

    private (Catalog, IReadOnlyDictionary<string, (string, PlanRevision)>) ReadAll(
        JsonElement document, int version, IReadOnlyDictionary<string, (string Text, PlanRevision Revision)> known, Func<int> nextRevision)
    {
        var root = new DocumentNode(document, "").Object("name", "currency", "effectiveFrom", "lineRounding", "meters", "calendars", "decks", "plans", "taxes");
        try
        {
            _currency = Currency.Of(root.Need("currency").Text());
        }
        catch (Refused wrong)
        {
            throw root.Need("currency").Refuse(wrong.Code, wrong.Message);
        }

        foreach (var node in root.Items("meters")) Add(_meters, node, ReadMeter(node), meter => meter.Key);
        foreach (var node in root.Items("calendars")) ReadCalendar(node);
        foreach (var node in root.Items("decks")) Add(_decks, node, ReadDeck(node), deck => deck.Key);
        var read = new Dictionary<string, (string, PlanRevision)>(StringComparer.Ordinal);
        var kept = new Dictionary<string, NodaTime.LocalDate>(StringComparer.Ordinal);
        var alerts = new Dictionary<string, IReadOnlyList<Rating.Domain.Billing.Alert>>(StringComparer.Ordinal);
        foreach (var node in root.Items("plans"))
        {
            var key = node.Need("key").Name();
            if (read.ContainsKey(key)) throw node.Refuse("catalog.key.twice", $"plan '{key}' stands twice.");
            read[key] = ReadPlan(node, key, version, known, nextRevision);
            if (AgreementReader.Alerts(node, _currency, _meters) is { Count: > 0 } watched) alerts[key] = watched;
            if (node.Maybe("existing") is { } existing && KeptUntil(existing) is { } until) kept[key] = until;
        }

        if (read.Count == 0) throw root.Refuse("catalog.empty", "the catalog has no plan.");
        var catalog = new Catalog
        {
            Name = root.Maybe("name")?.Name() ?? "", Currency = _currency, LineRounding = root.Maybe("lineRounding")?.OneOf(Roundings) ?? RoundingMode.HalfUp,
            Meters = [.. _meters.Values], KeptUntil = kept, Alerts = alerts, Taxes = root.Maybe("taxes") is { } taxes ? ReadTaxes(taxes) : null, Plans = read.ToDictionary(pair => pair.Key, pair => pair.Value.Item2, StringComparer.Ordinal),
        };
        return (catalog, read);
    }

    private void Add<T>(Dictionary<string, T> all, DocumentNode node, T one, Func<T, string> keyOf)
    {
        if (!all.TryAdd(keyOf(one), one)) throw node.Refuse("catalog.key.twice", $"'{keyOf(one)}' stands twice.");
        var text = node.Element.GetRawText();
        if (one is RateDeck && node.Maybe("calendar") is { } calendar) text += _texts["calendar " + calendar.Text()];
        // A deck may have hundreds of thousands of rates: whether they are the same, a hash tells as well.
        _texts[(one is Meter ? "meter " : "deck ") + keyOf(one)] = text.Length < 4096 ? text : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
