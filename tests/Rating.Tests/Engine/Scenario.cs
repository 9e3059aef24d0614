using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Rating.Tests.Engine;

/// <summary>A made-up price book, customers and usage, all from one seed.</summary>
internal sealed partial class Scenario(int seed)
{
    private static readonly string[] Zones = ["Europe/Berlin", "America/New_York", "UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"];
    private readonly Random _random = new(seed);
    private int _id;

    public string Currency { get; } = new[] { "EUR", "JPY", "KWD" }[new Random(seed).Next(3)];

    public List<string> Subjects { get; } = [];

    public List<string> Subscriptions { get; } = [];

    public int Next(int below) => _random.Next(below);

    public T Pick<T>(params IReadOnlyList<T> choices) => choices[_random.Next(choices.Count)];

    private string Price(int decimals) => (_random.Next(1, 100_000) / (decimal)Math.Pow(10, decimals)).ToString(CultureInfo.InvariantCulture);

    /// <summary>A catalog with every model.</summary>
    public string Catalog(string effectiveFrom)
    {
        var rates = new List<object>();
        foreach (var (prefix, name) in new[] { ("4", "World 4"), ("49", "Germany"), ("4915", "Germany mobile"), ("44", "UK"), ("1", "USA"), ("88", "Satellite") })
            if (Pick(true, false))
                rates.Add(Rate(prefix, name, null));
            else
            {
                rates.Add(Rate(prefix, name, "peak"));
                rates.Add(Rate(prefix, name, "rest"));
            }

        return JsonSerializer.Serialize(new
        {
            name = "Made up", currency = Currency, effectiveFrom, lineRounding = Pick("halfUp", "halfEven"),
            meters = (object[])
            [
                new { key = "seconds", @event = "call", value = "seconds", unit = "s", dimensions = new[] { "direction" } },
                new { key = "messages", @event = "sms" },
                new { key = "stored", @event = "store", value = "size.gb", aggregation = "max", filter = new { kind = new[] { "a", "b" } } },
                new { key = "least", @event = "store", value = "size.gb", aggregation = "min" },
                new { key = "users", @event = "login", value = "user", aggregation = "unique" },
                new { key = "level", @event = "level", value = "v", aggregation = "latest", allowNegative = true },
                new { key = "unsold", @event = "unsold", value = "v" },
                .. MoreMeters(),
            ],
            calendars = new object[] { new { key = "days", holidays = new[] { "2026-03-19", "04-06" } } },
            taxes = Pick(true, false) ? Taxes() : null,
            decks = (object[])
            [
                new
                {
                    key = "deck", timeZone = Pick(Zones), number = "to", rounding = new { decimals = Pick(2, 4, 6), mode = Pick("halfUp", "halfEven", "up", "down") },
                    bands = new object[] { new { name = "peak", days = new[] { "mon", "tue", "wed", "thu", "fri" }, from = "08:00", to = Pick("18:00", "24:00", "02:00") }, new { name = "rest" } }, rates,
                },
                .. MoreDecks(),
            ],
            plans = new[] { "one", "two" }.Select(plan => Around(plan,
                [
                    new { key = "seat", model = "recurring", timing = "advance", price = Price(2), quantity = "seats", proration = Pick("day", "none") },
                    new { key = "line", model = "recurring", timing = "arrears", price = Price(3), proration = "day" },
                    new { key = "setup", model = "oneOff", price = Price(2) },
                    new { key = "calls", model = "rateDeck", meter = "seconds", deck = "deck", where = new { direction = "out" } },
                    new { key = "inbound", model = "perUnit", meter = "seconds", price = Price(5), where = new { direction = "in" } },
                    new { key = "sms", model = "graduated", meter = "messages", tiers = new object[] { new { upTo = "5", price = "0", flatFee = Price(2) }, new { upTo = 20, price = Price(3) }, new { price = Price(4), flatFee = Price(2) } } },
                    new { key = "gb", model = "volume", meter = "stored", tiers = new object[] { new { upTo = "10.5", price = Price(3) }, new { price = Price(4), flatFee = Price(2) } } },
                    new { key = "mingb", model = "perUnit", meter = "least", price = Price(4) },
                    new { key = "logins", model = "package", meter = "users", size = 3, price = Price(2) },
                    new { key = "lev", model = "perUnit", meter = "level", price = Price(3) },
                    .. MoreCharges(),
                ])).Concat(AddOns()),
        });
    }

    private object Rate(string prefix, string destination, string? band) => new
    {
        prefix, destination, band, perMinute = Price(5), connectionFee = Pick("0", "0.05"), minimumCharge = Pick("0", "0.10"), initialSeconds = Pick(1, 30, 60), incrementSeconds = Pick(1, 6, 60),
    };

    /// <summary>Accounts with subscriptions of all kinds from March 2026 on, and their subjects.</summary>
    public string Parties(int count)
    {
        var subscriptions = new List<object>();
        var subjects = new List<object>();
        for (var i = 0; i < count; i++)
        {
            var id = $"S{i}";
            Subscriptions.Add(id);
            var start = new LocalDate(2026, 3, 1).PlusDays(Pick(0, 0, 5, 14, 30));
            var changes = new List<object> { Change(start, isFirst: true) };
            if (Next(3) == 0) changes.Add(Change(start.PlusDays(Next(40)), isFirst: false));
            subscriptions.Add(Agreed(new(StringComparer.Ordinal)
            {
                ["id"] = id, ["account"] = $"A{i / 2}", ["timeZone"] = Pick(Zones), ["anchorDay"] = Pick(1, 1, 15, 31), ["start"] = Text(start), ["end"] = Next(4) == 0 ? Text(start.PlusDays(20 + Next(40))) : null, ["changes"] = changes,
            }, start));
            for (var n = 0; n < 2; n++)
            {
                Subjects.Add($"49{i}{n}");
                subjects.Add(new { subject = $"49{i}{n}", subscription = id, from = "2026-02-01T00:00:00Z" });
            }
        }

        return JsonSerializer.Serialize(new { accounts = Enumerable.Range(0, (count + 1) / 2).Select(i => Account($"A{i}")), subscriptions, subjects });
    }

    /// <summary>An event between two moments.</summary>
    public string Event(Instant from, Instant to)
    {
        var time = from + Duration.FromSeconds(Next((int)Math.Max(1, (to - from).BclCompatibleTicks / NodaConstants.TicksPerSecond)));
        var type = Pick("call", "call", "call", "sms", "sms", "store", "login", "level", "unsold", "nothing", "pay", "pay", "held", "buy");
        object data = type switch
        {
            "call" => new { seconds = Pick<object>(0, 1, 59, 60, 61, "3601", 12.25m, 40_000, Next(600), Next(600), Next(600), -1), to = Pick("4930123", "+49 151 5", "4420", "1212", "8816", "999", "4"), direction = Pick("out", "out", "out", "in", "side") },
            "store" => new { size = new { gb = Next(200) / 10m }, kind = Pick("a", "b", "c") },
            "login" => new { user = $"u{Next(12)}" },
            "level" => new { v = Next(100) - 20 },
            "pay" => new { amount = Pick("0", "0.01", "12.50", "99.99", "100", "1000.05"), card = Pick("visa", "giro") },
            "held" => new { gb = Next(300) / 10m, change = Next(41) - 20, pool = Pick("a", "b") },
            "buy" => new { price = Pick<object>("0.99", "12.345678", 7, "free"), shop = Pick("x", "y") },
            _ => new { v = 1 },
        };
        var id = Next(20) == 0 && _id > 0 ? Next(_id) : _id++;
        return JsonSerializer.Serialize(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["specversion"] = "1.0", ["id"] = $"e{id}", ["source"] = Pick("pbx", "app"), ["type"] = type, ["subject"] = Next(15) == 0 ? $"9{Next(3)}" : Pick(Subjects), ["time"] = InstantPattern.ExtendedIso.Format(time), ["data"] = data,
            [Next(6) == 0 ? "callkey" : "partitionkey"] = Next(6) == 0 ? $"c{Next(30)}" : $"k{Next(50)}",
        }.Where(pair => pair.Key is not "partitionkey" || Next(2) == 0).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal));
    }

    public static string Text(LocalDate date) => LocalDatePattern.Iso.Format(date);
}
