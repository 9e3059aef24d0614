using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Rating.Audit.Rules;

/// <summary>Prices of calls by number prefix and time of day.</summary>
internal sealed class RateDeck
{
    public const long SecondsMax = 31 * 24 * 3_600;
    private const int MinutesPerDay = 24 * 60;
    private readonly List<Band> _bands = [];
    private readonly Dictionary<string, List<Rate>> _rates = [];
    private readonly HashSet<string> _holidays;
    private readonly Numbering? _numbering;
    private readonly DateTimeZone _zone;
    private readonly string _match;
    private readonly string _calledField;
    private readonly string _callingField;
    private readonly int _decimals;
    private readonly RoundingRule _rule;

    private RateDeck(JsonElement json, IReadOnlyDictionary<string, JsonElement> calendars)
    {
        Key = json.Text("key");
        _match = json.Text("match", "called");
        _calledField = json.Text("number", "called");
        _callingField = json.Text("calling", "calling");
        _zone = Clock.Zone(json.Text("timeZone", "UTC"));
        _numbering = json.Member("numbering") is { } numbering ? new Numbering(numbering) : null;
        var calendar = json.Member("calendar") is { } name ? calendars[name.AsText()] : (JsonElement?)null;
        _holidays = [.. calendar?.Member("holidays")?.Texts() ?? []];
        var rounding = json.Member("rounding");
        _decimals = rounding?.Integer("decimals", 4) ?? 4;
        _rule = Pricing.Rule(rounding?.Text("mode", "halfUp") ?? "halfUp");
        foreach (var band in json.List("bands"))
            _bands.Add(new Band(band.Text("name"), band.Member("days")?.Texts().ToHashSet(StringComparer.OrdinalIgnoreCase), Minute(band.Text("from", "00:00")), Minute(band.Text("to", "24:00"))));
        foreach (var rate in RateTable.Read(json))
        {
            if (rate.InitialSeconds < 0 || rate.IncrementSeconds < 1) throw new FormatException($"The increments of prefix {rate.Prefix}.");
            if (!_rates.TryGetValue(rate.Prefix, out var list)) _rates[rate.Prefix] = list = [];
            list.Add(rate);
        }
        Content = Canonical.Text(json) + (calendar is { } days ? Canonical.Text(days) : "");
    }

    public string Key { get; }

    /// <summary>Everything that rating can depend on, as one text.</summary>
    public string Content { get; }

    public static RateDeck Read(JsonElement json, IReadOnlyDictionary<string, JsonElement> calendars) => new(json, calendars);

    /// <summary>Whether the event has the numbers without which the deck cannot look.</summary>
    public bool HasNumbers(UsageEvent e) => e.Field(_match == "calling" ? _callingField : _calledField) is not null;

    /// <summary>The price of a call.</summary>
    public CallPrice Price(int revision, string charge, UsageEvent e, Fraction duration)
    {
        var called = e.Field(_calledField) is { } to ? Numbering.Read(to, _numbering) : ((string, string)?)null;
        var calling = e.Field(_callingField) is { } by ? Numbering.Read(by, _numbering) : ((string, string)?)null;
        if ((_match == "calling" ? calling : called) is not var (digits, kind)) return CallPrice.NoRate;
        var day = Clock.Local(e.Time, _zone).Date;
        var band = BandAt(Clock.Local(e.Time, _zone));
        var found = band is null ? null : Find(digits, kind, _match == "both" ? calling : null, day, band);
        if (found is null) return kind is "emergency" or "internal" ? new CallPrice(null, kind) : CallPrice.NoRate;

        RatedCall Call(long seconds, long billed, Fraction amount) => new(revision, charge, found.Destination, seconds, billed, amount) { Time = e.Time, Source = e.Source, Id = e.Id };
        var talked = (long)duration.Ceiling();
        if (talked == 0 || talked <= found.GraceSeconds) return new CallPrice(Call(talked, 0, Fraction.Zero), null);
        var billed = found.Billed(Math.Max(talked, found.MinimumSeconds));

        var sum = found.ConnectionFee;
        for (long done = 0, step; done < billed; done += step)
        {
            step = billed - done;
            var rate = found;
            if (_bands.Count > 1)
            {
                var at = Clock.Local(e.Time + (done * Clock.Second), _zone);
                var left = (60 * Clock.Second) - (at.TickOfDay % (60 * Clock.Second));     // until the next minute of the local clock
                step = Math.Min(step, (left + Clock.Second - 1) / Clock.Second);
                if (BandAt(at) is not { } now || Own(found.Prefix, found.CallingPrefix, day, now) is not { } own) return CallPrice.NoRate;
                rate = own;
            }
            var (perMinute, sameSlot) = rate.PriceAt(done);
            step = Math.Min(step, sameSlot);
            if (done < found.FreeSeconds) step = Math.Min(step, found.FreeSeconds - done);
            else sum += perMinute * new Fraction(step, 60);
        }
        sum = Fraction.Max(sum, found.MinimumCharge);
        if (found.MaximumCharge is { } maximum) sum = Fraction.Min(sum, maximum);
        return new CallPrice(Call(talked, billed, sum.Round(_decimals, _rule)), null);
    }

    /// <summary>What a call costs of which free units cover a part.</summary>
    public Fraction Covered(RatedCall call, Fraction covered) =>
        call.BilledSeconds == 0 || covered.IsZero ? call.Amount : (call.Amount * (call.BilledSeconds - covered) / call.BilledSeconds).Round(_decimals, _rule);

    /// <summary>The rate with the longest prefix, of these with the longest calling prefix, that holds on the day for the band.</summary>
    private Rate? Find(string digits, string kind, (string Digits, string Kind)? calling, LocalDate day, string band)
    {
        var prefixes = kind.Length > 0 ? ["=" + digits] : Enumerable.Range(0, digits.Length).Select(cut => digits[..(digits.Length - cut)]);
        foreach (var prefix in prefixes)
        {
            var fitting = _rates.GetValueOrDefault(prefix, []).Select(r => r.CallingPrefix).Distinct().Where(p => p is null || (calling is { } by && Fits(p, by)));
            foreach (var callingPrefix in fitting.OrderByDescending(p => p?.Length ?? 0))
                if (Own(prefix, callingPrefix, day, band) is { } rate) return rate;
        }
        return null;
    }

    private static bool Fits(string prefix, (string Digits, string Kind) number) =>
        prefix.StartsWith('=') ? number.Kind.Length > 0 && prefix[1..] == number.Digits : number.Kind.Length == 0 && number.Digits.StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>The rate of a prefix and calling prefix for a band on a day: its own, else the one without band.</summary>
    private Rate? Own(string prefix, string? callingPrefix, LocalDate day, string band)
    {
        var valid = _rates.GetValueOrDefault(prefix, []).FindAll(r => r.CallingPrefix == callingPrefix && r.HoldsOn(day));
        return valid.Find(r => r.Band == band) ?? valid.Find(r => r.Band is null);
    }

    private string? BandAt(LocalDateTime local)
    {
        if (_bands.Count == 0) return "";
        var minute = (local.Hour * 60) + local.Minute;
        return (_bands.Find(b => b.Takes(KindOf(local.Date), KindOf(local.Date.PlusDays(-1)), minute)) ?? _bands.Find(b => b.Days is null))?.Name;
    }

    /// <summary>A day as bands name it: a holiday is no weekday.</summary>
    private string KindOf(LocalDate day) =>
        _holidays.Contains(LocalDatePattern.Iso.Format(day)) || _holidays.Contains($"{day.Month:00}-{day.Day:00}") ? "holiday" : day.DayOfWeek.ToString()[..3];

    public static string Digits(string number, out bool hasPlus)
    {
        var digits = new System.Text.StringBuilder();
        hasPlus = false;
        foreach (var c in number)
        {
            if (c is >= '0' and <= '9') digits.Append(c);
            else if (!"+ -()./".Contains(c, StringComparison.Ordinal)) break;
            else if (c == '+' && digits.Length == 0) hasPlus = true;
        }
        return digits.ToString();
    }

    private static int Minute(string time)
    {
        var parts = time.Split(':');
        return (int.Parse(parts[0]) * 60) + int.Parse(parts[1]);
    }

    private sealed record Band(string Name, HashSet<string>? Days, int From, int To)
    {
        /// <summary>Whether a band with days takes this minute; one that ends on the next day has that day's morning too.</summary>
        public bool Takes(string day, string dayBefore, int minute)
        {
            if (Days is null) return false;
            if (To > From) return Days.Contains(day) && minute >= From && minute < To;
            return (Days.Contains(day) && minute >= From && minute < MinutesPerDay) || (Days.Contains(dayBefore) && minute < To);
        }
    }
}
