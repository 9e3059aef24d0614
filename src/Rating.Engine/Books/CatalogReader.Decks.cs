using NodaTime;
using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>Rate decks.</content>
internal sealed partial class CatalogReader
{
    private RateDeck ReadDeck(DocumentNode node)
    {
        node.Object("key", "name", "number", "timeZone", "rounding", "bands", "rates");
        var rounding = node.Maybe("rounding")?.Object("decimals", "mode");
        var bands = node.Items("bands").Select(ReadBand).ToList();
        var rates = node.Items("rates").Select(ReadRate).ToList();
        if (rates.Count == 0) throw node.Refuse("deck.empty", "a deck needs at least one rate.");
        try
        {
            return new RateDeck(node.Need("key").Name(), node.Maybe("number")?.Name() ?? "called", _currency, node.Need("timeZone").Zone(), rounding?.Maybe("decimals")?.Whole(0, Limits.CallDecimalsMax) ?? 4,
                rounding?.Maybe("mode")?.OneOf(Roundings) ?? RoundingMode.HalfUp, bands, rates);
        }
        catch (Refused wrong) when (wrong.Where.Length == 0)
        {
            throw node.Refuse(wrong.Code, wrong.Message);
        }
    }

    private static RateBand ReadBand(DocumentNode node)
    {
        node.Object("name", "days", "from", "to");
        var days = node.Items("days").Select(day => day.OneOf(
            ("mon", IsoDayOfWeek.Monday), ("tue", IsoDayOfWeek.Tuesday), ("wed", IsoDayOfWeek.Wednesday), ("thu", IsoDayOfWeek.Thursday), ("fri", IsoDayOfWeek.Friday),
            ("sat", IsoDayOfWeek.Saturday), ("sun", IsoDayOfWeek.Sunday))).ToList();
        if (days.Count == 0 && (node.Maybe("from") is not null || node.Maybe("to") is not null)) throw node.Refuse("deck.bands", "a band with hours needs days.");
        return new RateBand(node.Need("name").Name(), days, days.Count == 0 ? 0 : Minute(node.Maybe("from"), 0), days.Count == 0 ? 0 : Minute(node.Maybe("to"), 1440));
    }

    private static int Minute(DocumentNode? node, int whenMissing)
    {
        if (node is not { } time) return whenMissing;
        var text = time.Text();
        return text.Length == 5 && text[2] == ':' && int.TryParse(text.AsSpan(0, 2), out var hour) && int.TryParse(text.AsSpan(3), out var minute) && hour >= 0 && minute is >= 0 and < 60 && hour * 60 + minute <= 1440
            ? hour * 60 + minute
            : throw time.Refuse("document.time", $"'{text}' is not a time of day such as 08:00, up to 24:00.");
    }

    private Rate ReadRate(DocumentNode node)
    {
        node.Object("prefix", "destination", "band", "perMinute", "connectionFee", "minimumCharge", "initialSeconds", "incrementSeconds", "from", "to");
        var free = UnitPrice.Free(_currency);
        return new Rate
        {
            Prefix = node.Need("prefix").Name(), Destination = node.Need("destination").Name(), Band = node.Maybe("band")?.Text() ?? "", PerMinute = NotNegative(node.Need("perMinute")),
            ConnectionFee = node.Maybe("connectionFee") is { } fee ? NotNegative(fee) : free, MinimumCharge = node.Maybe("minimumCharge") is { } least ? NotNegative(least) : free,
            InitialSeconds = node.Maybe("initialSeconds")?.Whole(1, 86_400) ?? 60, IncrementSeconds = node.Maybe("incrementSeconds")?.Whole(1, 86_400) ?? 60,
            From = node.Maybe("from")?.Date(), To = node.Maybe("to")?.Date(),
        };
    }

    private UnitPrice NotNegative(DocumentNode node)
    {
        var price = node.Price(_currency);
        return price.Pico >= 0 ? price : throw node.Refuse("price.negative", "a rate is not below zero.");
    }
}
