using NodaTime;

namespace Rating.Tests.Engine;

/// <content>What a price book and an agreement have beside plain charges: each scenario has some of it.</content>
internal sealed partial class Scenario
{
    // What later versions of a catalog must not change under a key: what a level is, and when a charge of its own interval is due.
    private readonly bool _carries = new Random(seed + 1).Next(2) == 0;
    private readonly string _per = new[] { "hour", "day", "period" }[new Random(seed + 2).Next(3)];
    private readonly string _timing = new[] { "advance", "arrears" }[new Random(seed + 3).Next(2)];

    private bool Chance(int oneIn) => Next(oneIn) == 0;

    // An amount of money that is said as such has no fraction of the smallest unit.
    private string Amount(int most) => (Next(most) * (Currency == "JPY" ? 1 : 0.01m)).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private object[] MoreMeters() =>
    [
        new { key = "paid", @event = "pay", value = "amount", dimensions = new[] { "card" } },
        new { key = "mean", @event = "pay", value = "amount", aggregation = "average" },
        new { key = "held", @event = "held", value = "gb", aggregation = "timeWeighted", dimensions = new[] { "pool" }, level = new { carry = _carries, initial = "2.5", per = _per } },
        new { key = "moved", @event = "held", value = "change", aggregation = "timeWeighted", allowNegative = true, level = new { carry = true, value = "change", per = "day" } },
        new { key = "minutes", @event = "call", compute = "if(seconds > 60, ceil(seconds / 60), 1)", conversion = new { multiply = "1", divide = "3", decimals = 2, rounding = Pick("up", "down", "halfUp") } },
        new { key = "bought", @event = "buy", dimensions = new[] { "shop" } },
    ];

    private object[] MoreDecks() =>
    [
        new
        {
            key = "inbound", match = "both", number = "to", calling = "to", timeZone = "UTC", calendar = "days",
            bands = new object[] { new { name = "free day", days = new[] { "holiday", "sun" } }, new { name = "other" } },
            rates = new object[]
            {
                new { prefix = "4", destination = "Four", slots = new object[] { new { after = 0, perMinute = Price(5), incrementSeconds = 60 }, new { after = 60, perMinute = Price(5), incrementSeconds = 6 } } },
                new { prefix = "49", callingPrefix = "4915", destination = "Mobile", band = "other", perMinute = Price(5), freeSeconds = Pick(0, 30), graceSeconds = Pick(0, 3), minimumSeconds = Pick(0, 20), maximumCharge = "2" },
                new { prefix = "49", callingPrefix = "4915", destination = "Mobile", band = "free day", perMinute = "0" }, new { prefix = "1", destination = "One", perMinute = Price(5) }, new { prefix = "8", destination = "Eight", perMinute = Price(5) },
                new { prefix = "9", destination = "Nine", perMinute = Price(5) },
            },
        },
    ];

    private IEnumerable<object> MoreCharges()
    {
        object? Least() => Chance(4) ? Amount(9_999) : null;
        if (Chance(2)) yield return new { key = "stairs", model = "stairstep", meter = "messages", atZero = Pick("due", "free"), tiers = new object[] { new { upTo = 3, price = Price(2) }, new { upTo = "12", price = Price(2) }, new { price = Price(2) } }, periodMaximum = Least() };
        if (Chance(2)) yield return new { key = "blocks", model = "blocks", meter = "stored", tiersBilled = Pick("all", "top"), tiers = new object[] { new { size = "2.5", price = Price(2), blocks = 2 }, new { size = "5", price = Price(2) } } };
        if (Chance(2)) yield return new { key = "share", model = "percentage", meter = "paid", rate = Pick("1.5", "2.9", "0"), fee = Pick("0", "0.30"), minimum = Pick<string?>(null, "0.25"), maximum = Pick<string?>(null, "3"), freeCount = Pick<int?>(null, 2), freeAmount = Pick<string?>(null, "150"), freeBound = Pick("inclusive", "exclusive"), groupBy = Chance(2) ? new[] { "card" } : null };
        if (Chance(3)) yield return new { key = "shareapart", model = "percentage", meter = "paid", free = "apart", rate = "2", fee = "0.10", freeCount = 3, freeAmount = "120.5", periodMinimum = Least() };
        if (Chance(3)) yield return new { key = "steps", model = "graduatedPercentage", meter = "paid", bound = Pick("inclusive", "exclusive"), tiers = new object[] { new { upTo = 100, rate = "3" }, new { rate = "1.25", flatFee = "1" } } };
        if (Chance(3)) yield return new { key = "reach", model = "volumePercentage", meter = "paid", tiers = new object[] { new { upTo = 500, rate = "2", minimum = "0.20" }, new { rate = "1", maximum = "4" } } };
        if (Chance(3)) yield return new { key = "cells", model = "matrix", meter = "paid", prices = new object[] { new { when = new { card = "visa" }, price = Price(4) } }, @default = Price(4), cost = new { price = "0.001" } };
        if (Chance(2)) yield return new { key = "brought", model = "dynamic", meter = "bought", amount = "price * 2", markup = Pick("0", "-10", "12.5"), groupBy = Chance(2) ? new[] { "shop" } : null };
        if (Chance(3)) yield return new { key = "base", model = "flat", meter = "bought", price = Price(2), when = Pick("usage", "always") };
        if (Chance(2)) yield return new { key = "gbheld", model = "perUnit", meter = "held", price = Price(4), groupBy = Chance(3) ? new[] { "pool" } : null };
        if (Chance(3)) yield return new { key = "gbpacks", model = "package", meter = "held", price = Price(2), size = "10", rounding = Pick("up", "down") };
        if (Chance(3)) yield return new { key = "gbmoved", model = "perUnit", meter = "moved", price = Price(4) };
        if (Chance(3)) yield return new { key = "avg", model = "perUnit", meter = "mean", price = Price(3) };
        if (Chance(2)) yield return new { key = "mins", model = "graduated", meter = "minutes", tiers = new object[] { new { upTo = 30, price = Price(4) }, new { price = Price(4) } } };
        if (Chance(3)) yield return new { key = "received", model = "rateDeck", meter = "seconds", deck = "inbound", where = new { direction = "side" }, linePer = Pick("destination", "charge"), cost = new { deck = "deck" } };
        foreach (var own in new[] { "yearly", "weekly" })
            if (Chance(3)) yield return new { key = own, model = "recurring", timing = _timing, price = Price(2), quantity = Pick<string?>(null, "seats"), interval = own == "yearly" ? "quarter" : "week", proration = Pick("day", "second", "fixed30", "none") };
        if (Chance(3)) yield return new { key = "bundle", model = "recurring", timing = Pick("advance", "arrears"), price = Price(2), proration = Pick("second", "fixed30"), parts = new object[] { new { key = "line", weight = "2", taxCode = "voip" }, new { key = "app", weight = "1" } } };
    }

    private Dictionary<string, object?> Around(string key, object[] charges)
    {
        var plan = new Dictionary<string, object?>(StringComparer.Ordinal) { ["key"] = key, ["interval"] = "month", ["charges"] = charges };
        if (Chance(4)) plan["minimum"] = new { amount = Amount(9_999), proration = Pick("day", "none") };
        if (Chance(4)) plan["maximum"] = Amount(99_999);
        if (Chance(5)) plan["trial"] = new { days = 1 + Next(30), usage = Pick("charged", "free") };
        if (Chance(4)) plan["phases"] = new object[] { new { name = "intro", months = 1, quantities = new { seats = "2" }, charges = new object[] { new { key = "line", model = "recurring", timing = "arrears", price = Price(2) } }, remove = Chance(2) ? new[] { "setup" } : null } };
        if (Chance(2)) plan["allowances"] = Allowances().ToList();
        if (Chance(2)) plan["alerts"] = new object[] { new { key = "spend", thresholds = new object[] { new { code = "some", value = "5" }, new { code = "more", value = "20", recurring = true } } }, new { key = "texts", meter = "messages", thresholds = new object[] { new { code = "ten", value = 10 } } } };
        if (Chance(4)) plan["taxCode"] = "voip";
        return plan;
    }

    private IEnumerable<object> Allowances()
    {
        var pooled = Chance(3);
        yield return new { key = "free seconds", meter = "seconds", units = Pick("120", "600"), quantity = Pick<string?>(null, "seats"), charges = new[] { "calls" }, destinations = Chance(3) ? new[] { "Germany", "UK" } : null, proration = Pick("day", "none"), pooled, rollover = !pooled && Chance(2) ? new { periods = 1, max = Pick<string?>(null, "500") } : null };
        if (Chance(2)) yield return new { key = "free texts", meter = "messages", units = 8, charges = new[] { "sms" }, proration = Pick("day", "none"), rollover = Chance(2) ? new { periods = 2 } : null, interval = Chance(4) ? "quarter" : null };
    }

    private IEnumerable<object> AddOns() =>
    [
        new { key = "extra", interval = "month", charges = new object[] { new { key = "fax", model = "recurring", timing = Pick("advance", "arrears"), price = Price(2), proration = Pick("day", "second") }, new { key = "extra texts", model = "perUnit", meter = "messages", price = Price(3) } } },
    ];

    private Dictionary<string, object?> Change(LocalDate from, bool isFirst)
    {
        var change = new Dictionary<string, object?>(StringComparer.Ordinal) { ["from"] = Text(from), ["plan"] = Pick("one", "two"), ["quantities"] = new { seats = Next(9) } };
        if (Chance(4)) change["addOns"] = new[] { "extra" };
        if (!isFirst && Chance(5)) change["paused"] = true;
        if (Chance(5)) change["at"] = Pick("12:00:00", "02:30:00");
        return change;
    }

    private Dictionary<string, object?> Agreed(Dictionary<string, object?> subscription, LocalDate start)
    {
        if (Chance(3)) subscription["serviceAddress"] = Pick("DE", "US/CA/Los Angeles", "FR");
        if (Chance(3)) subscription["alerts"] = new object[] { new { key = "spend", thresholds = new object[] { new { code = "own", value = "7" } } } };
        if (!Chance(3)) return subscription;
        var discount = new Dictionary<string, object?>(StringComparer.Ordinal) { ["key"] = "welcome" };
        switch (Next(3))
        {
            case 0: discount["amount"] = Amount(5_000); break;
            case 1: (discount["units"], discount["charge"]) = (Pick("3", "20"), "sms"); break;
            default: discount["percent"] = Pick("20", "33.333333"); break;
        }
        if (Chance(2)) discount["charge"] = Pick("seat", "calls", "sms");
        if (Chance(3)) discount["periods"] = 1 + Next(2);
        else if (Chance(3)) discount["to"] = Text(start.PlusDays(40 + Next(40)));
        subscription["discounts"] = new object[] { discount };
        return subscription;
    }

    private Dictionary<string, object?> Account(string id)
    {
        var account = new Dictionary<string, object?>(StringComparer.Ordinal) { ["id"] = id };
        if (Chance(2)) account["taxAddress"] = Pick("DE", "US/CA/Oakland");
        if (Chance(4)) account["minimum"] = Amount(50_000);
        if (Chance(5)) account["maximum"] = Amount(90_000);
        if (Chance(3)) account["discounts"] = new object[] { Chance(2) ? new { key = "loyal", percent = "5" } : new { key = "voucher", amount = Amount(9_999), charge = Pick<string?>(null, "calls") } };
        if (Chance(3)) account["credits"] = new object[] { new { key = "prepaid", amount = Amount(99_999), priority = 1 }, new { key = "gift", amount = Amount(2_000), apply = "beforeTax", charges = Chance(2) ? new[] { "calls", "sms" } : null, to = Chance(2) ? "2026-05-01" : null } };
        if (Chance(4)) account["exemptions"] = new object[] { new { type = "vat", to = Chance(2) ? "2026-05-01" : null, certificate = "X1" } };
        return account;
    }

    private static object Taxes() => new
    {
        pricesInclude = false, codes = new object[] { new { code = "voip", interstate = "64.9" } },
        rules = new object[]
        {
            new { key = "vat", type = "vat", jurisdiction = "DE", percent = "19" }, new { key = "fusf", type = "usf", jurisdiction = "US", percent = "36", traffic = "interstate" },
            new { key = "state", type = "sales", jurisdiction = "US/CA", percent = "7.25", alsoOn = new[] { "fusf" } }, new { key = "e911", type = "e911", jurisdiction = "US/CA", amount = "0.35", per = "line" },
        },
    };
}
