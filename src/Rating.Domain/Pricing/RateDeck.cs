using NodaTime;

namespace Rating.Domain.Pricing;

/// <summary>Prices of calls by destination prefix and time of day.</summary>
/// <remarks>
/// A call is priced by the longest prefix of the called number that has a rate on the day (in the deck's time zone) on which it was answered. The band at the answer decides its
/// increments, connection fee and minimum charge; its billed seconds are then priced in the bands through which they run, second by second, and the amount is rounded once.
/// </remarks>
public sealed class RateDeck
{
    private const int SecondsPerWeek = 7 * 24 * 3600;
    private readonly PrefixNode _root = new();
    private readonly RateBand[] _bands;
    // The week in the deck's local time as consecutive parts: where each begins, and its band.
    private readonly int[] _partStarts;
    private readonly int[] _partBands;
    private readonly RoundingMode _rounding;

    /// <summary>Makes a deck of checked parts.</summary>
    /// <exception cref="Refused">A band or a rate contradicts another; the message names it.</exception>
    public RateDeck(string key, string numberField, Currency currency, DateTimeZone zone, int callDecimals, RoundingMode rounding, IReadOnlyList<RateBand> bands, IEnumerable<Rate> rates)
    {
        (Key, NumberField, Currency, Zone, CallDecimals, _rounding) = (key, numberField, currency, zone, callDecimals, rounding);
        _bands = [.. bands];
        if (_bands.Length == 0) _bands = [new RateBand("all", [], 0, 0)];
        if (_bands.Count(b => b.IsRest) != 1) throw new Refused("deck.bands", $"Deck '{key}' needs exactly one band without days, for all other times; it has {_bands.Count(b => b.IsRest)}.");
        (_partStarts, _partBands) = Week(_bands);
        foreach (var rate in rates) Add(rate);
        Check(_root);
    }

    /// <summary>Its name in the catalog.</summary>
    public string Key { get; }

    /// <summary>The data field with the called number.</summary>
    public string NumberField { get; }

    /// <summary>The currency of its prices.</summary>
    public Currency Currency { get; }

    /// <summary>The time zone of its bands and days.</summary>
    public DateTimeZone Zone { get; }

    /// <summary>To how many decimals each call is rounded.</summary>
    public int CallDecimals { get; }

    /// <summary>How the price of a call is rounded.</summary>
    public RoundingMode CallRounding => _rounding;

    /// <summary>Prices one call.</summary>
    /// <param name="number">The called number; a plus, blanks and punctuation are passed over.</param>
    /// <param name="answered">When it was answered.</param>
    /// <param name="seconds">How long it lasted from there.</param>
    /// <param name="call">Its price.</param>
    /// <returns>False when the deck has no rate for it.</returns>
    public bool TryRate(string number, Instant answered, long seconds, out RatedCall call)
    {
        Invariant.Holds(seconds is >= 0 and <= Limits.CallSecondsMax, "a call's seconds were checked");
        var interval = Zone.GetZoneInterval(answered);
        var local = answered + Duration.FromSeconds(interval.WallOffset.Seconds);
        var band = _partBands[PartAt(local)];
        call = default;
        if (Find(number, local, band) is not { } found) return false;
        var rate = found.Rate;
        if (seconds == 0)
        {
            call = new RatedCall(rate.Destination, 0, Money.Zero(Currency));
            return true;
        }

        var billed = seconds <= rate.InitialSeconds ? rate.InitialSeconds : rate.InitialSeconds + Steps(seconds - rate.InitialSeconds, rate.IncrementSeconds);
        if (!TrySeconds(found, answered, billed, out var picoMinutes)) return false;
        picoMinutes += (Int128)rate.ConnectionFee.Pico * 60;
        var minimum = (Int128)rate.MinimumCharge.Pico * 60;
        if (picoMinutes < minimum) picoMinutes = minimum;
        // 10^-12 per minute in seconds: divided once, last, straight to the call's decimals.
        var step = ScaledNumber.PowerOfTen(Limits.UnitPriceDecimals - CallDecimals);
        var rounded = ScaledNumber.DivideRounded(picoMinutes, 60 * step, _rounding);
        call = new RatedCall(rate.Destination, billed, Money.FromScaled(rounded * ScaledNumber.PowerOfTen(Money.Decimals - CallDecimals), Currency));
        return true;
    }

    // The seconds of the call, each times the price of a minute in its band.
    private bool TrySeconds(Found found, Instant from, long billed, out Int128 picoMinutes)
    {
        picoMinutes = 0;
        if (_bands.Length == 1)
        {
            picoMinutes = (Int128)found.Rate.PerMinute.Pico * billed;
            return true;
        }

        var now = from;
        var left = billed;
        while (left > 0)
        {
            var interval = Zone.GetZoneInterval(now);
            var week = SecondOfWeek(now + Duration.FromSeconds(interval.WallOffset.Seconds));
            var part = PartAtSecond(week);
            if (found.Node.RateFor(found.Day, _bands[_partBands[part]].Name) is not { } rate) return false;
            var here = (part + 1 < _partStarts.Length ? _partStarts[part + 1] : SecondsPerWeek) - week;
            var seconds = Math.Min(left, here);
            // A clock change inside this part moves its end; never past it in one step.
            if (interval.HasEnd) seconds = Math.Min(seconds, Math.Max(1, (interval.End - now).ToInt64Nanoseconds() / 1_000_000_000));
            picoMinutes += (Int128)rate.PerMinute.Pico * seconds;
            now += Duration.FromSeconds(seconds);
            left -= seconds;
        }

        return true;
    }

    private Found? Find(string number, Instant local, int band)
    {
        var day = DayNumber(local);
        var node = _root;
        Found? best = null;
        foreach (var c in number)
        {
            if (c is < '0' or > '9')
            {
                if (c is '+' or ' ' or '-' or '(' or ')' or '.' or '/') continue;
                break;
            }

            if (node.Next[c - '0'] is not { } next) break;
            node = next;
            if (node.Rates.Length > 0 && node.RateFor(day, _bands[band].Name) is { } rate) best = new Found(node, rate, day);
        }

        return best;
    }

    private void Add(Rate rate)
    {
        if (rate.Prefix.Length == 0 || rate.Prefix.Length > 20 || rate.Prefix.AsSpan().ContainsAnyExceptInRange('0', '9'))
            throw new Refused("deck.prefix", $"Deck '{Key}': prefix '{rate.Prefix}' is not 1 to 20 digits.");
        if (rate.InitialSeconds < 1 || rate.IncrementSeconds < 1)
            throw new Refused("deck.increments", $"Deck '{Key}', prefix {rate.Prefix}: initial and increment seconds are at least 1.");
        if (rate.Band.Length > 0 && !_bands.Any(b => string.Equals(b.Name, rate.Band, StringComparison.Ordinal)))
            throw new Refused("deck.band.unknown", $"Deck '{Key}', prefix {rate.Prefix}: it has no band '{rate.Band}'.");
        var node = _root;
        foreach (var digit in rate.Prefix) node = node.Next[digit - '0'] ??= new PrefixNode();
        foreach (var other in node.Rates)
            if (string.Equals(other.Rate.Band, rate.Band, StringComparison.Ordinal) && Overlap(other.Rate, rate))
                throw new Refused("deck.prefix.duplicate", $"Deck '{Key}': prefix {rate.Prefix} stands twice{(rate.Band.Length == 0 ? "" : $" in band '{rate.Band}'")} for the same days.");
        node.Rates = [.. node.Rates, new DatedRate(rate)];
    }

    private void Check(PrefixNode node)
    {
        if (node.Rates.Length > 0 && !node.Rates.Any(r => r.Rate.Band.Length == 0))
            foreach (var band in _bands)
                if (!node.Rates.Any(r => string.Equals(r.Rate.Band, band.Name, StringComparison.Ordinal)))
                    throw new Refused("deck.band.missing", $"Deck '{Key}', prefix {node.Rates[0].Rate.Prefix}: it has no rate in band '{band.Name}'; add one, or one without a band.");
        foreach (var next in node.Next)
            if (next is not null) Check(next);
    }

    private static bool Overlap(Rate a, Rate b) => (a.To is not { } aTo || b.From is not { } bFrom || bFrom < aTo) && (b.To is not { } bTo || a.From is not { } aFrom || aFrom < bTo);

    private static long Steps(long seconds, int step) => (seconds + step - 1) / step * step;

    private static int DayNumber(Instant local)
    {
        var seconds = local.ToUnixTimeSeconds();
        return (int)(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400);
    }

    // 1970-01-01 was a Thursday: three days after a Monday.
    private static int SecondOfWeek(Instant local)
    {
        var second = (local.ToUnixTimeSeconds() + 3 * 86_400) % SecondsPerWeek;
        return (int)(second < 0 ? second + SecondsPerWeek : second);
    }

    private int PartAt(Instant local) => _partStarts.Length == 1 ? 0 : PartAtSecond(SecondOfWeek(local));

    private int PartAtSecond(int secondOfWeek)
    {
        var index = Array.BinarySearch(_partStarts, secondOfWeek);
        return index >= 0 ? index : ~index - 1;
    }

    private static (int[] Starts, int[] Bands) Week(RateBand[] bands)
    {
        const int minutes = 7 * 24 * 60;
        var ofMinute = new int[minutes];
        Array.Fill(ofMinute, Array.FindIndex(bands, b => b.IsRest));
        // The first band of the list that takes a minute has it.
        for (var band = bands.Length - 1; band >= 0; band--)
            foreach (var day in bands[band].Days)
            {
                var length = bands[band].ToMinute > bands[band].FromMinute ? bands[band].ToMinute - bands[band].FromMinute : bands[band].ToMinute + 1440 - bands[band].FromMinute;
                for (var i = 0; i < length; i++) ofMinute[(((int)day - 1) * 1440 + bands[band].FromMinute + i) % minutes] = band;
            }

        var starts = new List<int>();
        var which = new List<int>();
        for (var minute = 0; minute < minutes; minute++)
        {
            if (minute > 0 && ofMinute[minute] == ofMinute[minute - 1]) continue;
            starts.Add(minute * 60);
            which.Add(ofMinute[minute]);
        }

        return ([.. starts], [.. which]);
    }

    private readonly record struct Found(PrefixNode Node, Rate Rate, int Day);

    private readonly record struct DatedRate(Rate Rate)
    {
        public int FromDay { get; } = Rate.From is { } from ? Days(from) : int.MinValue;

        public int ToDay { get; } = Rate.To is { } to ? Days(to) : int.MaxValue;

        private static int Days(LocalDate date) => Period.DaysBetween(new LocalDate(1970, 1, 1), date);
    }

    private sealed class PrefixNode
    {
        public PrefixNode?[] Next { get; } = new PrefixNode?[10];

        public DatedRate[] Rates { get; set; } = [];

        public Rate? RateFor(int day, string band)
        {
            Rate? forAll = null;
            foreach (var dated in Rates)
            {
                if (day < dated.FromDay || day >= dated.ToDay) continue;
                if (string.Equals(dated.Rate.Band, band, StringComparison.Ordinal)) return dated.Rate;
                if (dated.Rate.Band.Length == 0) forAll = dated.Rate;
            }

            return forAll;
        }
    }
}
