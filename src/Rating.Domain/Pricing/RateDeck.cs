using NodaTime;

namespace Rating.Domain.Pricing;

/// <summary>Prices of calls by number prefix and time of day.</summary>
/// <remarks>
/// A call is priced by the longest prefix that has a rate on the day (in the deck's time zone) on which it was answered. The band at the answer decides its
/// increments, connection fee and minimum charge; its billed seconds are then priced in the bands through which they run, second by second, and the amount is rounded once.
/// </remarks>
public sealed class RateDeck
{
    private readonly RateDeckSettings _settings;
    private readonly RateBand[] _bands;
    private readonly BandTable _table;
    private readonly PrefixIndex _index = new();
    private readonly Dictionary<string, int> _local = new(StringComparer.Ordinal);
    // What the index's values stand for; the first is none.
    private readonly List<RatesOfPrefix> _prefixes = [RatesOfPrefix.None];

    /// <summary>Makes a deck of checked parts.</summary>
    /// <exception cref="Refused">A band or a rate contradicts another; the message names it, and its place is that of the rate.</exception>
    public RateDeck(RateDeckSettings settings, IEnumerable<Rate> rates)
    {
        _settings = settings;
        _bands = settings.Bands.Count == 0 ? [new RateBand("all", [], false, 0, 0)] : [.. settings.Bands];
        if (_bands.Count(b => b.IsRest) != 1) throw new Refused("deck.bands", $"Deck '{Key}' needs exactly one band without days, for all other times; it has {_bands.Count(b => b.IsRest)}.");
        _table = new BandTable(_bands, settings.Calendar);
        foreach (var rate in rates) Add(rate);
        foreach (var prefix in _prefixes)
            foreach (var group in prefix.Groups) CheckBands(group);
        _index.Trim();
        Rates = _prefixes.Sum(prefix => prefix.Groups.Sum(group => group.Rates.Length));
    }

    /// <summary>Its name in the catalog.</summary>
    public string Key => _settings.Key;

    /// <summary>Which number its prefixes are compared with.</summary>
    public DeckMatch Match => _settings.Match;

    /// <summary>The data field with the called number.</summary>
    public string CalledField => _settings.CalledField;

    /// <summary>The data field with the calling number.</summary>
    public string CallingField => _settings.CallingField;

    /// <summary>The currency of its prices.</summary>
    public Currency Currency => _settings.Currency;

    /// <summary>To how many decimals each call is rounded.</summary>
    public int CallDecimals => _settings.CallDecimals;

    /// <summary>How many rates it has.</summary>
    public int Rates { get; }

    /// <summary>Every rate, for whoever compares decks.</summary>
    public IEnumerable<Rate> All => _prefixes.SelectMany(prefix => prefix.Groups).SelectMany(group => group.Rates).Select(dated => dated.Rate);

    /// <summary>Prices one call by the called number alone.</summary>
    /// <returns>False when the deck has no price for it.</returns>
    public bool TryRate(string number, Instant answered, long seconds, out RatedCall call) =>
        Rate(System.Text.Encoding.UTF8.GetBytes(number), default, answered, seconds, out call) == CallOutcome.Rated;

    /// <summary>How the price of a call is rounded.</summary>
    public RoundingMode CallRounding => _settings.Rounding;

    /// <summary>Prices one call.</summary>
    /// <param name="called">The called number as it was written, UTF-8.</param>
    /// <param name="calling">The calling number; empty when it is not known.</param>
    /// <param name="answered">When it was answered.</param>
    /// <param name="seconds">How long it lasted from there.</param>
    /// <param name="call">Its price.</param>
    public CallOutcome Rate(ReadOnlySpan<byte> called, ReadOnlySpan<byte> calling, Instant answered, long seconds, out RatedCall call)
    {
        Invariant.Holds(seconds is >= 0 and <= Limits.CallSecondsMax, "a call's seconds were checked");
        call = default;
        var interval = _settings.Zone.GetZoneInterval(answered);
        var local = (answered + Duration.FromSeconds(interval.WallOffset.Seconds)).ToUnixTimeSeconds();
        var band = _table.BandAt(local, out _);
        var day = (int)(local >= 0 ? local / 86_400 : (local - 86_399) / 86_400);
        if (Find(called, calling, day, band, out var kind) is not { } rates) return kind switch { NumberKind.Internal => CallOutcome.Internal, NumberKind.Emergency => CallOutcome.Emergency, _ => CallOutcome.NoRate };
        var rate = rates.For(day, band)!;
        var billed = rate.Billed(seconds);
        if (seconds == 0 || billed == 0)
        {
            call = new RatedCall(rate.Destination, 0, Money.Zero(Currency));
            return CallOutcome.Rated;
        }

        if (!TrySeconds(rates, rate, day, answered, billed, out var picoMinutes)) return CallOutcome.NoRate;
        picoMinutes = Int128.Max(picoMinutes + (Int128)rate.ConnectionFee.Pico * 60, (Int128)rate.MinimumCharge.Pico * 60);
        if (rate.MaximumCharge is { } most) picoMinutes = Int128.Min(picoMinutes, (Int128)most.Pico * 60);
        // 10^-12 per minute in seconds: divided once, last, straight to the call's decimals.
        var step = ScaledNumber.PowerOfTen(Limits.UnitPriceDecimals - CallDecimals);
        var rounded = ScaledNumber.DivideRounded(picoMinutes, 60 * step, _settings.Rounding);
        call = new RatedCall(rate.Destination, billed, Money.FromScaled(rounded * ScaledNumber.PowerOfTen(Money.Decimals - CallDecimals), Currency));
        return CallOutcome.Rated;
    }

    // The seconds of the call, each times the price of a minute in its band and slot.
    private bool TrySeconds(RatesOfPrefix.Group rates, Rate rate, int day, Instant from, long billed, out Int128 picoMinutes)
    {
        picoMinutes = 0;
        var now = from;
        for (var second = 0L; second < billed;)
        {
            var here = rate;
            var left = billed - second;
            if (_bands.Length > 1)
            {
                var interval = _settings.Zone.GetZoneInterval(now);
                var band = _table.BandAt((now + Duration.FromSeconds(interval.WallOffset.Seconds)).ToUnixTimeSeconds(), out var ofPart);
                if (rates.For(day, band) is not { } own) return false;
                here = own;
                left = Math.Min(left, ofPart);
                // A clock change inside this part moves its end; never past it in one step.
                if (interval.HasEnd) left = Math.Min(left, Math.Max(1, (interval.End - now).ToInt64Nanoseconds() / 1_000_000_000));
            }

            var price = here.PerMinuteAt(second, out var until);
            left = Math.Min(left, until - second);
            if (second < rate.FreeSeconds) left = Math.Min(left, rate.FreeSeconds - second);
            else picoMinutes += (Int128)price.Pico * left;
            now += Duration.FromSeconds(left);
            second += left;
        }

        return true;
    }

    private RatesOfPrefix.Group? Find(ReadOnlySpan<byte> called, ReadOnlySpan<byte> calling, int day, int band, out NumberKind kind)
    {
        Span<byte> room = stackalloc byte[NumberPlan.Room];
        Span<byte> otherRoom = stackalloc byte[NumberPlan.Room];
        Span<int> found = stackalloc int[PrefixIndex.DigitsMax];
        var number = _settings.Numbers.Normalise(Match == DeckMatch.Calling ? calling : called, room, out kind);
        var otherKind = NumberKind.International;
        var other = Match == DeckMatch.Both ? _settings.Numbers.Normalise(calling, otherRoom, out otherKind) : default;
        if (kind != NumberKind.International)
            return _local.TryGetValue(System.Text.Encoding.ASCII.GetString(number), out var local) ? _prefixes[local].Find(other, otherKind, day, band) : null;
        for (var i = _index.Find(number, found) - 1; i >= 0; i--)
            if (_prefixes[found[i]].Find(other, otherKind, day, band) is { } rates) return rates;
        return null;
    }

    private void Add(Rate rate)
    {
        CheckPrefix(rate, rate.Prefix);
        if (rate.CallingPrefix.Length > 0) CheckPrefix(rate, rate.CallingPrefix);
        if (rate.CallingPrefix.Length > 0 && Match != DeckMatch.Both) throw Wrong(rate, "deck.prefix", "only a deck that matches 'both' has calling prefixes.");
        if (rate.InitialSeconds < 1 || rate.IncrementSeconds < 1) throw Wrong(rate, "deck.increments", "initial and increment seconds are at least 1.");
        var band = rate.Band.Length == 0 ? -1 : Array.FindIndex(_bands, b => string.Equals(b.Name, rate.Band, StringComparison.Ordinal));
        if (band < 0 && rate.Band.Length > 0) throw Wrong(rate, "deck.band.unknown", $"the deck has no band '{rate.Band}'.");
        if (rate.From >= rate.To) throw Wrong(rate, "deck.dates", $"'to' {rate.To:uuuu-MM-dd} is not after 'from' {rate.From:uuuu-MM-dd}.");
        ref var value = ref rate.Prefix[0] == '=' ? ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_local, rate.Prefix[1..], out _) : ref _index.ValueOf(rate.Prefix);
        if (value == 0)
        {
            value = _prefixes.Count;
            _prefixes.Add(new RatesOfPrefix());
        }

        if (_prefixes[value].Add(rate, band) is { } twin)
            throw Wrong(rate, "deck.prefix.duplicate", $"the prefix{(rate.CallingPrefix.Length == 0 ? "" : $" with calling prefix {rate.CallingPrefix}")} stands twice{(rate.Band.Length == 0 ? "" : $" in band '{rate.Band}'")} for the same days ({twin.Destination}, {rate.Destination}).");
    }

    private void CheckPrefix(Rate rate, string prefix)
    {
        var digits = prefix.AsSpan(prefix.StartsWith('=') ? 1 : 0);
        if (digits.Length is 0 or > PrefixIndex.DigitsMax || digits.ContainsAnyExceptInRange('0', '9'))
            throw Wrong(rate, "deck.prefix", $"'{prefix}' is not 1 to {PrefixIndex.DigitsMax} digits, perhaps with '=' in front for one local number.");
        if (prefix[0] == '=' && ReferenceEquals(_settings.Numbers, NumberPlan.None)) throw Wrong(rate, "deck.prefix", "a deck without 'numbering' knows no local numbers.");
    }

    private void CheckBands(RatesOfPrefix.Group group)
    {
        if (Array.Exists(group.Rates, rate => rate.Band < 0)) return;
        for (var band = 0; band < _bands.Length; band++)
            if (!Array.Exists(group.Rates, rate => rate.Band == band)) throw Wrong(group.Rates[0].Rate, "deck.band.missing", $"it has no rate in band '{_bands[band].Name}'; add one, or one without a band.");
    }

    private Refused Wrong(Rate rate, string code, string problem) => new(code, $"Deck '{Key}', prefix {rate.Prefix}: {problem}") { Where = rate.Place.ToString(System.Globalization.CultureInfo.InvariantCulture) };
}
