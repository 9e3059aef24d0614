using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Rating.Tests.Audit;

/// <summary>A made-up request for a quote, from one seed: a catalog that uses what the engine can do, a subscription's history, and usage.</summary>
internal sealed class QuoteScenario
{
    private static readonly string[] Zones = ["Europe/Berlin", "America/New_York", "UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "Australia/Lord_Howe"];

    // Leap day, the end of February, the 31st, and the days on which clocks of Berlin, New York and Lord Howe change.
    private static readonly LocalDate[] Days = [new(2026, 1, 31), new(2026, 2, 15), new(2028, 2, 29), new(2028, 2, 10), new(2026, 3, 29), new(2026, 3, 8), new(2026, 10, 25), new(2026, 10, 4), new(2026, 12, 31), new(2027, 5, 1)];

    // The engine gives back what was billed of a charge with `credit: none` when no span of the period has the charge any more; docs/formats.md says it does not.
    private static readonly bool CreditNone = Environment.GetEnvironmentVariable("RATING_CREDIT_NONE") == "1";

    private readonly Random _random;
    private readonly LocalDate _start;
    private readonly string _interval;
    private int _key;

    public QuoteScenario(int seed)
    {
        _random = new Random(seed);
        _interval = Pick("month", "month", "month", "quarter", "year", "week");
        _start = Pick(Days).PlusDays(Next(3) == 0 ? Next(40) : 0);
        Request = JsonSerializer.Serialize(Make());
    }

    public string Request { get; }

    private int Next(int below) => _random.Next(below);

    private bool Chance(int oneIn) => Next(oneIn) == 0;

    private T Pick<T>(params IReadOnlyList<T> choices) => choices[Next(choices.Count)];

    private string Price(int decimals, int most = 100_000) => (_random.Next(0, most) / (decimal)Math.Pow(10, decimals)).ToString(CultureInfo.InvariantCulture);

    private static string Text(LocalDate day) => LocalDatePattern.Iso.Format(day);

    private Dictionary<string, object?> Make()
    {
        var hasAddOns = Chance(3);
        var plans = new List<object> { Plan("p") };
        if (Chance(3)) plans.Add(Plan("q"));
        var planCount = plans.Count;
        if (hasAddOns)
        {
            plans.Add(AddOn("a"));
            plans.Add(AddOn("b"));
        }

        object Change(LocalDate from, string plan)
        {
            var change = new Dictionary<string, object?>(StringComparer.Ordinal) { ["from"] = Text(from), ["plan"] = plan, ["quantities"] = new { seats = Next(6), lines = Price(1, 50) } };
            if (hasAddOns && Chance(2)) change["addOns"] = Pick<string[]>(["a"], ["b"], ["a", "b"], ["b", "a"]);
            if (from != _start && Chance(5)) change["paused"] = true;
            if (Chance(4)) change["at"] = Pick("12:00:00", "02:30:00", "23:59:59", "00:30:00");
            return change;
        }

        var changes = new List<object> { Change(_start, "p") };
        var day = _start;
        for (var left = Next(4); left > 0; left--) changes.Add(Change(day = day.PlusDays(1 + Next(45)), planCount > 1 && Chance(2) ? "q" : "p"));
        var until = _start.PlusDays(Next(_interval is "year" or "quarter" ? 500 : 130));
        var request = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["catalog"] = new
            {
                currency = Pick("EUR", "JPY", "KWD"), lineRounding = Pick("halfUp", "halfUp", "halfEven", "up", "down"),
                meters = new object[] { new { key = "n", @event = "n", value = "v" }, new { key = "m", @event = "m", value = "v", aggregation = "max" } }, plans,
            },
            ["start"] = Text(_start), ["timeZone"] = Pick(Zones), ["anchorDay"] = _interval == "week" ? 1 + Next(7) : Pick(1, 15, 28, 29, 30, 31), ["changes"] = changes, ["period"] = Text(until),
            ["usage"] = Enumerable.Range(0, Next(3)).Select(i => (object)new { meter = Pick("n", "m"), quantity = Price(1, 2_000) }).DistinctBy(u => u.ToString()![..12]).ToList(),
        };
        if (Chance(4)) request["end"] = Text(until.PlusDays(1 + Next(30)));
        return request;
    }

    private Dictionary<string, object?> Plan(string key)
    {
        var charges = Charges(key);
        var plan = new Dictionary<string, object?>(StringComparer.Ordinal) { ["key"] = key, ["interval"] = _interval, ["charges"] = charges };
        if (Chance(5)) plan["trial"] = Length(Pick("charged", "free"));
        if (Chance(4))
        {
            plan["phases"] = Enumerable.Range(0, 1 + Next(2)).Select(_ =>
            {
                var phase = Length(null);
                if (Chance(2)) phase["quantities"] = new { seats = 1 + Next(4) };
                if (Chance(2)) phase["charges"] = new[] { InPlaceOf(charges[0]), Recurring($"{key}{_key++}") };
                if (Chance(3) && charges.Count > 1) phase["remove"] = new[] { (string)charges[1]["key"]! };
                return phase;
            }).ToList();
        }
        return plan;
    }

    private Dictionary<string, object?> AddOn(string key) => new(StringComparer.Ordinal) { ["key"] = key, ["interval"] = _interval, ["charges"] = new[] { Recurring($"{key}{_key++}") } };

    private Dictionary<string, object?> Length(string? usage)
    {
        var length = Pick<(string, int)>(("days", 1 + Next(40)), ("weeks", 1 + Next(4)), ("months", 1 + Next(3)), ("periods", 1 + Next(2)));
        var made = new Dictionary<string, object?>(StringComparer.Ordinal) { [length.Item1] = length.Item2 };
        if (usage is not null) made["usage"] = usage;
        else made["name"] = "phase";
        return made;
    }

    private List<Dictionary<string, object?>> Charges(string plan)
    {
        var charges = new List<Dictionary<string, object?>>();
        for (var left = 1 + Next(4); left > 0; left--) charges.Add(Recurring($"{plan}{_key++}"));
        if (Chance(2)) charges.Add(With(new() { ["key"] = $"{plan}{_key++}", ["model"] = "oneOff", ["price"] = Price(Pick(2, 3, 4)), ["quantity"] = Pick<object?>(null, "seats", "lines") }, c => c["parts"] = Chance(3) ? Parts() : null));
        charges.Add(new() { ["key"] = $"{plan}n", ["model"] = "perUnit", ["meter"] = "n", ["price"] = Price(3) });
        charges.Add(new() { ["key"] = $"{plan}g", ["model"] = "graduated", ["meter"] = "n", ["tiers"] = new object[] { new { upTo = "50", price = Price(3), flatFee = Price(2) }, new { price = Price(4), flatFee = Price(2) } } });
        charges.Add(new() { ["key"] = $"{plan}m", ["model"] = "volume", ["meter"] = "m", ["tiers"] = new object[] { new { upTo = "99.5", price = Price(3) }, new { price = Price(4), flatFee = Price(2) } } });
        return charges;
    }

    private Dictionary<string, object?> Recurring(string key)
    {
        var charge = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["key"] = key, ["model"] = "recurring", ["price"] = Price(Pick(0, 2, 3)), ["timing"] = Pick("advance", "arrears"), ["quantity"] = Pick<object?>(null, "seats", "lines"), ["proration"] = Pick("day", "day", "second", "fixed30", "none"),
        };
        if (Chance(6)) charge["ratioDecimals"] = Pick(0, 2, 8);
        if (Chance(5))
        {
            charge["interval"] = Pick("week", "month", "quarter", "year");
            if (Chance(2)) charge["anchor"] = "start";
        }
        if (CreditNone && (string)charge["timing"]! == "advance" && Chance(5)) charge["credit"] = "none";
        if (Chance(5)) charge["parts"] = Parts();
        return charge;
    }

    /// <summary>Another price for a charge, on the same schedule.</summary>
    private Dictionary<string, object?> InPlaceOf(Dictionary<string, object?> charge)
    {
        var made = Recurring((string)charge["key"]!);
        foreach (var member in new[] { "timing", "interval", "anchor", "credit" })
        {
            made.Remove(member);
            if (charge.TryGetValue(member, out var value)) made[member] = value;
        }
        return made;
    }

    private object[] Parts() => [.. Enumerable.Range(0, 2 + Next(2)).Select(i => (object)new { key = $"part{i}", name = $"Part {i}", weight = Pick("1", "1", "33.3", "70") })];

    private static Dictionary<string, object?> With(Dictionary<string, object?> made, Action<Dictionary<string, object?>> more)
    {
        more(made);
        return made;
    }
}
