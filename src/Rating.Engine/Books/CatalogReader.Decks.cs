using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>Rate decks and calendars.</content>
internal sealed partial class CatalogReader
{
    private static readonly AnnualDatePattern Yearly = AnnualDatePattern.CreateWithInvariantCulture("MM-dd");
    private readonly Dictionary<string, HolidayCalendar> _calendars = new(StringComparer.Ordinal);

    private void ReadCalendar(DocumentNode node)
    {
        node.Object("key", "holidays");
        var key = node.Need("key").Name();
        var dates = new List<LocalDate>();
        var yearly = new List<AnnualDate>();
        foreach (var item in node.Items("holidays"))
        {
            var text = item.Text();
            if (Yearly.Parse(text) is { Success: true } annual) yearly.Add(annual.Value);
            else if (LocalDatePattern.Iso.Parse(text) is { Success: true } date) dates.Add(date.Value);
            else throw item.Refuse("document.date", $"'{text}' is not a day such as 2026-04-03, or 12-25 for every year.");
        }

        if (!_calendars.TryAdd(key, new HolidayCalendar(dates, yearly))) throw node.Refuse("catalog.key.twice", $"calendar '{key}' stands twice.");
        _texts["calendar " + key] = node.Element.GetRawText();
    }

    private RateDeck ReadDeck(DocumentNode node)
    {
        node.Object("key", "name", "match", "number", "calling", "timeZone", "calendar", "rounding", "numbering", "bands", "rates", "ratesCsv");
        var rounding = node.Maybe("rounding")?.Object("decimals", "mode");
        var isCsv = node.Maybe("ratesCsv") is not null;
        if (isCsv && node.Maybe("rates") is not null) throw node.Refuse("deck.rates", "the deck has 'rates' and 'ratesCsv'; keep one of them.");
        var settings = new RateDeckSettings
        {
            Key = node.Need("key").Name(), Match = node.Maybe("match")?.OneOf(("called", DeckMatch.Called), ("calling", DeckMatch.Calling), ("both", DeckMatch.Both)) ?? DeckMatch.Called,
            CalledField = node.Maybe("number")?.Name() ?? "called", CallingField = node.Maybe("calling")?.Name() ?? "calling", Numbers = node.Maybe("numbering") is { } plan ? Numbers(plan) : NumberPlan.None,
            Currency = _currency, Zone = node.Need("timeZone").Zone(), Calendar = node.Maybe("calendar") is { } calendar ? CalendarOf(calendar) : HolidayCalendar.None,
            CallDecimals = rounding?.Maybe("decimals")?.Whole(0, Limits.CallDecimalsMax) ?? 4, Rounding = rounding?.Maybe("mode")?.OneOf(Roundings) ?? RoundingMode.HalfUp, Bands = [.. node.Items("bands").Select(ReadBand)],
        };
        try
        {
            var deck = new RateDeck(settings, isCsv ? RatesCsv.Read(node.Need("ratesCsv"), _currency) : node.Items("rates").Select(ReadRate));
            return deck.Rates > 0 ? deck : throw node.Refuse("deck.empty", "a deck needs at least one rate.");
        }
        catch (Refused wrong) when (wrong.Where.Length == 0 || char.IsAsciiDigit(wrong.Where[0]))
        {
            throw wrong.Where.Length == 0 ? node.Refuse(wrong.Code, wrong.Message)
                : isCsv ? node.Need("ratesCsv").Refuse(wrong.Code, $"line {wrong.Where}: {wrong.Message}")
                : node.Items("rates").ElementAt(int.Parse(wrong.Where, System.Globalization.CultureInfo.InvariantCulture)).Refuse(wrong.Code, wrong.Message);
        }
    }

    private HolidayCalendar CalendarOf(DocumentNode node) => _calendars.TryGetValue(node.Text(), out var found) ? found : throw node.Refuse("catalog.calendar.unknown", $"there is no calendar '{node.Text()}'.");

    private static NumberPlan Numbers(DocumentNode node)
    {
        node.Object("country", "international", "national", "otherwise", "dialPlan", "emergency", "internal", "short");
        return new NumberPlan
        {
            Country = Digits(node.Need("country"), 1), International = [.. node.Items("international").Select(item => Digits(item, 1)).OrderByDescending(prefix => prefix.Length)],
            National = node.Maybe("national") is { } national ? Digits(national, 0) : "", IsOtherwiseNational = node.Maybe("otherwise")?.OneOf(("e164", false), ("national", true)) ?? false,
            DialPlan = [.. node.Items("dialPlan").Select(ReadDialRule)],
            Local =
            [
                .. node.Items("emergency").Select(item => (NumberKind.Emergency, Pattern(item))), .. node.Items("internal").Select(item => (NumberKind.Internal, Pattern(item))),
                .. node.Items("short").Select(item => (NumberKind.Short, Pattern(item))),
            ],
        };
    }

    private static DialRule ReadDialRule(DocumentNode node)
    {
        node.Object("pattern", "strip", "prepend", "final");
        var pattern = Pattern(node.Need("pattern"));
        return new DialRule(pattern, node.Maybe("strip")?.Whole(0, pattern.DigitsMin) ?? 0, node.Maybe("prepend") is { } prepend ? Digits(prepend, 0) : "", node.Maybe("final")?.Flag() ?? false);
    }

    private static NumberPattern Pattern(DocumentNode node)
    {
        try
        {
            return NumberPattern.Parse(node.Text());
        }
        catch (Refused wrong)
        {
            throw node.Refuse(wrong.Code, wrong.Message);
        }
    }

    private static string Digits(DocumentNode node, int least)
    {
        var text = node.Text();
        return text.Length >= least && text.Length <= 20 && !text.AsSpan().ContainsAnyExceptInRange('0', '9') ? text : throw node.Refuse("numbering.digits", $"'{text}' is not {least} to 20 digits.");
    }

    private static RateBand ReadBand(DocumentNode node)
    {
        node.Object("name", "days", "from", "to");
        var days = node.Items("days").Select(day => day.OneOf(
            ("mon", IsoDayOfWeek.Monday), ("tue", IsoDayOfWeek.Tuesday), ("wed", IsoDayOfWeek.Wednesday), ("thu", IsoDayOfWeek.Thursday), ("fri", IsoDayOfWeek.Friday),
            ("sat", IsoDayOfWeek.Saturday), ("sun", IsoDayOfWeek.Sunday), ("holiday", IsoDayOfWeek.None))).ToList();
        if (days.Count == 0 && (node.Maybe("from") is not null || node.Maybe("to") is not null)) throw node.Refuse("deck.bands", "a band with hours needs days.");
        return new RateBand(
            node.Need("name").Name(), days.FindAll(day => day != IsoDayOfWeek.None), days.Contains(IsoDayOfWeek.None), days.Count == 0 ? 0 : Minute(node.Maybe("from"), 0), days.Count == 0 ? 0 : Minute(node.Maybe("to"), 1440));
    }

    private static int Minute(DocumentNode? node, int whenMissing)
    {
        if (node is not { } time) return whenMissing;
        var text = time.Text();
        return text.Length == 5 && text[2] == ':' && int.TryParse(text.AsSpan(0, 2), out var hour) && int.TryParse(text.AsSpan(3), out var minute) && hour >= 0 && minute is >= 0 and < 60 && hour * 60 + minute <= 1440
            ? hour * 60 + minute
            : throw time.Refuse("document.time", $"'{text}' is not a time of day such as 08:00, up to 24:00.");
    }

    private Rate ReadRate(DocumentNode node, int place)
    {
        node.Object("prefix", "callingPrefix", "destination", "band", "perMinute", "connectionFee", "minimumCharge", "maximumCharge", "initialSeconds", "incrementSeconds", "minimumSeconds", "freeSeconds", "graceSeconds", "slots", "from", "to");
        var free = UnitPrice.Free(_currency);
        var slots = Slots(node);
        if (slots.Count > 0 && (node.Maybe("perMinute") ?? node.Maybe("initialSeconds") ?? node.Maybe("incrementSeconds")) is { } other) throw other.Refuse("deck.slots", "a rate has 'slots', or one price with increments.");
        return new Rate
        {
            Place = place, Prefix = node.Need("prefix").Name(), CallingPrefix = node.Maybe("callingPrefix")?.Name() ?? "", Destination = node.Need("destination").Name(), Band = node.Maybe("band")?.Text() ?? "",
            PerMinute = slots.Count > 0 ? slots[0].PerMinute : NotNegative(node.Need("perMinute")), Slots = slots,
            ConnectionFee = node.Maybe("connectionFee") is { } fee ? NotNegative(fee) : free, MinimumCharge = node.Maybe("minimumCharge") is { } least ? NotNegative(least) : free,
            MaximumCharge = node.Maybe("maximumCharge") is { } most ? NotNegative(most) : null,
            InitialSeconds = node.Maybe("initialSeconds")?.Whole(1, 86_400) ?? 60, IncrementSeconds = node.Maybe("incrementSeconds")?.Whole(1, 86_400) ?? 60,
            MinimumSeconds = node.Maybe("minimumSeconds")?.Whole(0, 86_400) ?? 0, FreeSeconds = node.Maybe("freeSeconds")?.Whole(0, 86_400) ?? 0, GraceSeconds = node.Maybe("graceSeconds")?.Whole(0, 86_400) ?? 0,
            From = node.Maybe("from")?.Date(), To = node.Maybe("to")?.Date(),
        };
    }

    private List<RateSlot> Slots(DocumentNode node)
    {
        var slots = new List<RateSlot>();
        foreach (var item in node.Items("slots"))
        {
            item.Object("after", "perMinute", "incrementSeconds");
            var after = item.Need("after").Whole(0, 86_400);
            if (slots.Count == 0 ? after != 0 : after <= slots[^1].After || (after - slots[^1].After) % slots[^1].IncrementSeconds != 0)
                throw item.Need("after").Refuse("deck.slots", "the first slot begins after 0, each later one above the one before, by a multiple of its increment.");
            slots.Add(new RateSlot(after, NotNegative(item.Need("perMinute")), item.Maybe("incrementSeconds")?.Whole(1, 86_400) ?? 60));
        }

        return slots;
    }

    private UnitPrice NotNegative(DocumentNode node)
    {
        var price = node.Price(_currency);
        return price.Pico >= 0 ? price : throw node.Refuse("price.negative", "a rate is not below zero.");
    }
}
