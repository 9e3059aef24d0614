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

    private readonly Random _random;
    private readonly LocalDate _start;
    private readonly string _interval;
    private readonly string _currency;
    private int _key;

    public QuoteScenario(int seed)
    {
        _random = new Random(seed);
        _interval = Pick("month", "month", "month", "quarter", "year", "week");
        _currency = Pick("EUR", "JPY", "KWD");
        _start = Pick(Days).PlusDays(Next(3) == 0 ? Next(40) : 0);
        Request = JsonSerializer.Serialize(Make());
    }

    public string Request { get; }

    private int Next(int below) => _random.Next(below);

    private bool Chance(int oneIn) => Next(oneIn) == 0;

    private T Pick<T>(params IReadOnlyList<T> choices) => choices[Next(choices.Count)];

    // An amount of money that is said as such has no fraction of the smallest unit; the currency is chosen first.
    private string Amount(int most) => (Next(most) * (_currency == "JPY" ? 1 : 0.01m)).ToString(CultureInfo.InvariantCulture);

    private string Price(int decimals, int most = 100_000) => (_random.Next(0, most) / (decimal)Math.Pow(10, decimals)).ToString(CultureInfo.InvariantCulture);

    private static string Text(LocalDate day) => LocalDatePattern.Iso.Format(day);

    private Dictionary<string, object?> Make()
    {
        var hasAddOns = Chance(3);
        var hasTwo = Chance(3);
        var plans = new List<object> { Plan("p") };
        if (hasTwo) plans.Add(Plan("q"));
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

        var until = _start.PlusDays(Next(_interval is "year" or "quarter" ? 500 : 130));
        Dictionary<string, object?> Subscription(LocalDate start)
        {
            var changes = new List<object> { Change(start, "p") };
            var day = start;
            for (var left = Next(4); left > 0; left--) changes.Add(Change(day = day.PlusDays(1 + Next(45)), planCount > 1 && Chance(2) ? "q" : "p"));
            var made = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["start"] = Text(start), ["timeZone"] = Pick(Zones), ["changes"] = changes, ["usage"] = Usage(),
            };
            if (Chance(5)) made["anchor"] = "start";
            else made["anchorDay"] = _interval == "week" ? 1 + Next(7) : Pick(1, 15, 28, 29, 30, 31);
            if (Chance(4)) made["end"] = Text(LocalDate.Max(until, start).PlusDays(21 + Next(30)));
            if (Chance(3)) made["discounts"] = Enumerable.Range(0, 1 + Next(2)).Select(i => SubscriptionDiscount($"d{i}", start)).ToList();
            if (Chance(3)) made["serviceAddress"] = Pick("DE", "US/CA/Los Angeles", "US/CA", "US/NY", "FR");
            return made;
        }

        var request = Chance(3)
            ? new Dictionary<string, object?>(StringComparer.Ordinal) { ["subscriptions"] = new[] { "one", "two" }.Select(id => With(Subscription(_start.PlusDays(Next(20))), m => m["id"] = id)).ToList() }
            : Subscription(_start);
        request["catalog"] = Versions(plans);
        request["period"] = Text(until.PlusDays(20));
        if (Chance(4)) request["activation"] = true;
        if (Chance(2)) request["account"] = Account();
        return request;
    }

    private object Versions(List<object> plans)
    {
        object Version(string? from) => new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["currency"] = _currency, ["lineRounding"] = Pick("halfUp", "halfUp", "halfEven", "up", "down"), ["effectiveFrom"] = from,
            ["meters"] = new object[] { new { key = "n", @event = "n", value = "v" }, new { key = "m", @event = "m", value = "v", aggregation = "max" } }, ["plans"] = plans, ["taxes"] = Chance(2) ? Taxes() : null,
        };
        return Version(null);
    }

    private List<object> Usage() => Enumerable.Range(0, Next(3)).Select(i => (object)new { meter = Pick("n", "m"), quantity = Price(1, 2_000) }).DistinctBy(u => u.ToString()![..12]).ToList();

    private Dictionary<string, object?> SubscriptionDiscount(string key, LocalDate start)
    {
        var discount = new Dictionary<string, object?>(StringComparer.Ordinal) { ["key"] = key };
        switch (Next(5))
        {
            case 0: discount["amount"] = Amount(9_999); break;
            case 1: discount["units"] = Price(1, 40); break;
            default: discount["percent"] = Pick("20", "100", "12.5", "33.333333"); break;
        }
        if (Chance(2) || discount.ContainsKey("units")) discount["charge"] = Pick("p0", "p1", "pn");
        if (Chance(3)) discount["from"] = Text(start.PlusDays(Next(40)));
        if (Chance(3)) discount["periods"] = 1 + Next(3);
        else if (Chance(3)) discount["to"] = Text(start.PlusDays(45 + Next(60)));
        return discount;
    }

    private Dictionary<string, object?> Account()
    {
        var account = new Dictionary<string, object?>(StringComparer.Ordinal) { ["taxAddress"] = Pick("DE", "US/CA/Oakland", "US/NY", "X") };
        if (Chance(3)) account["minimum"] = Price(0, 900_000);
        if (Chance(4)) account["maximum"] = Price(0, 900_000);
        if (Chance(3)) account["discounts"] = new[] { Chance(2) ? (object)new { key = "loyal", percent = Pick("5", "7.5") } : new { key = "voucher", amount = Amount(99_999), charge = Pick<string?>(null, "p0") } };
        if (Chance(3)) account["credits"] = Enumerable.Range(0, 1 + Next(3)).Select(i => new
        {
            key = $"c{i}", amount = Amount(9_999_999), priority = Pick(0, 0, 1), apply = Pick("afterTax", "beforeTax"), to = Chance(3) ? Text(_start.PlusDays(50)) : null, from = Chance(4) ? Text(_start.PlusDays(20)) : null,
            charges = Chance(3) ? new[] { "p0", "p1", "pn", "account" } : null,
        }).ToList();
        if (Chance(4)) account["reverseCharge"] = new[] { "vat" };
        if (Chance(4)) account["exemptions"] = new[] { new { type = Pick("vat", "*", "e911"), jurisdiction = Pick<string?>(null, "US", "DE"), to = Chance(2) ? Text(_start.PlusDays(40)) : null, certificate = Pick<string?>(null, "X1") } };
        return account;
    }

    private Dictionary<string, object?> Taxes() => new(StringComparer.Ordinal)
    {
        ["pricesInclude"] = Chance(3), ["rounding"] = Pick("invoice", "line"), ["codes"] = new[] { new { code = "voip", interstate = "64.9" } },
        ["rules"] = new object[]
        {
            new { key = "vat", name = "VAT", type = "vat", jurisdiction = "DE", codes = new[] { "standard" }, percent = "19", from = "2021-01-01" },
            new { key = "voice", name = "VAT", type = "vat", jurisdiction = "DE", codes = new[] { "voip" }, percent = "7.77", to = Text(_start.PlusDays(40)) },
            new { key = "fusf", name = "Federal", type = "usf", jurisdiction = "US", percent = "36", traffic = "interstate" },
            new { key = "state", name = "State", type = "sales", jurisdiction = "US/CA", percent = "7.25", traffic = Pick("all", "intrastate"), alsoOn = Pick<string[]>([], ["fusf"]) },
            new { key = "e911", name = "911", type = "e911", jurisdiction = "US/CA", amount = "0.35", per = Pick("line", "quantity") },
            new { key = "city", name = "City", type = "city", jurisdiction = "US/CA/Los Angeles", percent = "1.125", alsoOn = new[] { "state" } },
        },
    };

    private Dictionary<string, object?> Plan(string key)
    {
        var charges = Charges(key);
        var plan = new Dictionary<string, object?>(StringComparer.Ordinal) { ["key"] = key, ["interval"] = _interval, ["charges"] = charges, ["taxCode"] = Pick<string?>(null, null, "voip") };
        if (Chance(4)) plan["minimum"] = Chance(2) ? Price(0, 90_000) : new { amount = Price(0, 90_000), proration = Pick("day", "none"), charges = Chance(2) ? new[] { $"{key}n", (string)charges[0]["key"]! } : null };
        if (Chance(4)) plan["maximum"] = Chance(2) ? Price(0, 90_000) : new { amount = Price(0, 90_000), proration = Pick("day", "none"), charges = Chance(2) ? new[] { $"{key}n", (string)charges[0]["key"]! } : null };
        if (Chance(5)) plan["trial"] = Length(Pick("charged", "free"));
        if (Chance(4))
        {
            plan["phases"] = Enumerable.Range(0, 1 + Next(2)).Select(_ =>
            {
                var phase = Length(null);
                if (Chance(2)) phase["quantities"] = new { seats = 1 + Next(4) };
                if (Chance(2)) phase["charges"] = new[] { InPlaceOf(charges[0]), Recurring($"{key}{_key++}") };
                if (Chance(3) && charges.Count > 1 && (string)charges[1]["model"]! == "recurring") phase["remove"] = new[] { (string)charges[1]["key"]! };
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
        charges.Add(new() { ["key"] = $"{plan}n", ["model"] = "perUnit", ["meter"] = "n", ["price"] = Price(3), ["periodMinimum"] = Chance(4) ? Amount(99_999) : null, ["periodMaximum"] = Chance(4) ? new { amount = Amount(99_999), proration = "none" } : null, ["taxCode"] = Chance(5) ? "voip" : null });
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
        if ((string)charge["timing"]! == "advance" && Chance(5)) charge["credit"] = "none";
        if (Chance(5)) charge["parts"] = Parts();
        if (Chance(6)) charge["taxCode"] = Pick("voip", "standard");
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

    private object[] Parts() => [.. Enumerable.Range(0, 2 + Next(2)).Select(i => (object)new { key = $"part{i}", name = $"Part {i}", weight = Pick("1", "1", "33.3", "70"), taxCode = Pick<string?>(null, null, "voip") })];

    private static Dictionary<string, object?> With(Dictionary<string, object?> made, Action<Dictionary<string, object?>> more)
    {
        more(made);
        return made;
    }
}
