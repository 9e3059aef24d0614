using System.Text.Json;
using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>Prices of calls by number prefix and time of day.</summary>
internal sealed class RateDeck
{
    public const long SecondsMax = 31 * 24 * 3_600;
    private const int MinutesPerDay = 24 * 60;
    private readonly List<Band> _bands = [];
    private readonly Dictionary<string, List<Rate>> _rates = [];
    private readonly DateTimeZone _zone;
    private readonly int _decimals;
    private readonly RoundingRule _rule;
    private int _longestPrefix;

    private RateDeck(JsonElement json)
    {
        Key = json.Text("key");
        NumberField = json.Text("number", "called");
        _zone = Clock.Zone(json.Text("timeZone", "UTC"));
        var rounding = json.Member("rounding");
        _decimals = rounding?.Integer("decimals", 4) ?? 4;
        _rule = Pricing.Rule(rounding?.Text("mode", "halfUp") ?? "halfUp");
        foreach (var band in json.List("bands"))
            _bands.Add(new Band(band.Text("name"), band.Member("days")?.Texts().Select(Weekday).ToHashSet(), Minute(band.Text("from", "00:00")), Minute(band.Text("to", "24:00"))));
        var written = new List<string>();
        foreach (var rate in json.List("rates"))
        {
            var read = new Rate(
                Digits(rate.Text("prefix")), rate.Text("destination"), rate.Member("band")?.AsText(), rate.Number("perMinute"), rate.Number("connectionFee", 0), rate.Number("minimumCharge", 0),
                rate.Integer("initialSeconds", 60), rate.Integer("incrementSeconds", 60), rate.DateOrNone("from"), rate.DateOrNone("to"));
            if (read.InitialSeconds < 0 || read.IncrementSeconds < 1) throw new FormatException($"The increments of prefix {read.Prefix}.");
            if (!_rates.TryGetValue(read.Prefix, out var list)) _rates[read.Prefix] = list = [];
            list.Add(read);
            written.Add(read.ToString());
            _longestPrefix = Math.Max(_longestPrefix, read.Prefix.Length);
        }
        Content = string.Join('\u001f', [Key, NumberField, _zone.Id, _decimals.ToString(), _rule.ToString(), .. _bands.Select(b => b.Content), .. written]);
    }

    public string Key { get; }
    public string NumberField { get; }

    /// <summary>Everything that rating can depend on, as one text.</summary>
    public string Content { get; }

    public static RateDeck Read(JsonElement json) => new(json);

    /// <summary>The price of a call, or null when the deck has no rate for it.</summary>
    public RatedCall? Price(int revision, string charge, string number, long answer, Fraction duration)
    {
        var digits = Digits(number);
        var local = Clock.Local(answer, _zone);
        var day = local.Date;
        if (BandAt(local) is not { } firstBand) return null;

        Rate? found = null;
        for (var length = Math.Min(digits.Length, _longestPrefix); length >= 0 && found is null; length--)
            found = Find(digits[..length], day, firstBand);
        if (found is null) return null;

        var seconds = (long)duration.Ceiling();
        if (seconds == 0) return new RatedCall(revision, charge, found.Destination, 0, 0, Fraction.Zero);
        var billed = seconds <= found.InitialSeconds
            ? found.InitialSeconds
            : found.InitialSeconds + ((long)new Fraction(seconds - found.InitialSeconds, found.IncrementSeconds).Ceiling() * found.IncrementSeconds);

        var sum = found.ConnectionFee;
        for (long done = 0, step; done < billed; done += step)
        {
            step = billed - done;
            var rate = found;
            if (_bands.Count > 1)
            {
                var at = Clock.Local(answer + (done * Clock.Second), _zone);
                var left = (60 * Clock.Second) - (at.TickOfDay % (60 * Clock.Second));     // until the next minute of the local clock
                step = Math.Min(step, (left + Clock.Second - 1) / Clock.Second);
                if (BandAt(at) is not { } band || Find(found.Prefix, day, band) is not { } own) return null;
                rate = own;
            }
            sum += rate.PerMinute * new Fraction(step, 60);
        }
        return new RatedCall(revision, charge, found.Destination, seconds, billed, Fraction.Max(sum, found.MinimumCharge).Round(_decimals, _rule));
    }

    /// <summary>The rate of a prefix for a band on a day: its own, else the one without band; of several the one that began last.</summary>
    private Rate? Find(string prefix, LocalDate day, string band)
    {
        if (!_rates.TryGetValue(prefix, out var list)) return null;
        var valid = list.Where(r => (r.From is null || r.From <= day) && (r.To is null || day < r.To)).ToList();
        var own = valid.Where(r => r.Band == band).ToList();
        if (own.Count == 0) own = valid.Where(r => r.Band is null).ToList();
        return own.Count == 0 ? null : own.Aggregate((best, r) => (r.From ?? LocalDate.MinIsoValue) >= (best.From ?? LocalDate.MinIsoValue) ? r : best);
    }

    private string? BandAt(LocalDateTime local)
    {
        if (_bands.Count == 0) return "";
        var minute = (local.Hour * 60) + local.Minute;
        return (_bands.FirstOrDefault(b => b.Takes(local.DayOfWeek, minute)) ?? _bands.FirstOrDefault(b => b.Days is null))?.Name;
    }

    private static string Digits(string number)
    {
        var digits = new System.Text.StringBuilder();
        foreach (var c in number)
        {
            if (c is >= '0' and <= '9') digits.Append(c);
            else if (!"+ -()./".Contains(c, StringComparison.Ordinal)) break;
        }
        return digits.ToString();
    }

    private static int Minute(string time)
    {
        var parts = time.Split(':');
        return (int.Parse(parts[0]) * 60) + int.Parse(parts[1]);
    }

    private static IsoDayOfWeek Weekday(string name) => name.ToUpperInvariant() switch
    {
        "MON" => IsoDayOfWeek.Monday,
        "TUE" => IsoDayOfWeek.Tuesday,
        "WED" => IsoDayOfWeek.Wednesday,
        "THU" => IsoDayOfWeek.Thursday,
        "FRI" => IsoDayOfWeek.Friday,
        "SAT" => IsoDayOfWeek.Saturday,
        "SUN" => IsoDayOfWeek.Sunday,
        _ => throw new FormatException($"'{name}' is not a weekday."),
    };

    private sealed record Rate(
        string Prefix, string Destination, string? Band, Fraction PerMinute, Fraction ConnectionFee, Fraction MinimumCharge, int InitialSeconds, int IncrementSeconds, LocalDate? From, LocalDate? To);

    private sealed record Band(string Name, HashSet<IsoDayOfWeek>? Days, int From, int To)
    {
        public string Content => $"{Name}:{(Days is null ? "*" : string.Join(',', Days.Order()))}:{From}-{To}";

        /// <summary>Whether a band with days takes this minute; one that ends on the next day has that day's morning too.</summary>
        public bool Takes(IsoDayOfWeek day, int minute)
        {
            if (Days is null) return false;
            if (To > From) return Days.Contains(day) && minute >= From && minute < To;
            var dayBefore = day == IsoDayOfWeek.Monday ? IsoDayOfWeek.Sunday : day - 1;
            return (Days.Contains(day) && minute >= From && minute < MinutesPerDay) || (Days.Contains(dayBefore) && minute < To);
        }
    }
}
