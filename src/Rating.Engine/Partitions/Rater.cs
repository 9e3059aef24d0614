using NodaTime;
using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Books;

namespace Rating.Engine.Partitions;

/// <summary>Rates one record with the book: whose it is, which meters take it, what its calls cost. Steps 7 to 11 of docs/formats.md, "Verdicts".</summary>
/// <remarks>Holds the outcome of the last record, to be read before the next: one object, used again, on the per-record path.</remarks>
internal sealed class Rater(RatingSettings settings)
{
    private readonly List<MeterAddition> _meters = [];
    private readonly List<RatedCallEntry> _calls = [];
    // Why charges that cover the record passed it on.
    private VerdictReason _passedOn;

    /// <summary>The verdict.</summary>
    public Verdict Verdict { get; private set; }

    /// <summary>Why.</summary>
    public VerdictReason Reason { get; private set; }

    /// <summary>Why, in words.</summary>
    public string Detail { get; private set; } = "";

    /// <summary>Whose usage it is; null while nobody is known.</summary>
    public SubscriptionEntry? Subscription { get; private set; }

    /// <summary>What it was rated under; null while nobody is known.</summary>
    public ActiveSpan? Span { get; private set; }

    /// <summary>What it adds to meters.</summary>
    public List<MeterAddition> Meters => _meters;

    /// <summary>The calls that it gives.</summary>
    public List<RatedCallEntry> Calls => _calls;

    /// <summary>Rates a record.</summary>
    /// <param name="book">The book, inside its read lock.</param>
    /// <param name="record">The record.</param>
    /// <param name="sealedThrough">The last period of a subscription (by index) that this partition has sealed.</param>
    /// <param name="place">Where its tenant's index has its subject, where that was looked up before, under the same read lock; else -1.</param>
    public void Rate(Book book, UsageRecord record, Func<int, int> sealedThrough, int place = -1)
    {
        Begin();
        if (book.Tenant(record.Tenant) is not { } tenant || (place < 0 ? tenant.Resolve(record.SubjectUtf8.Span, record.EventTime) : tenant.Subjects.Find(place, record.EventTime)) is not { } entry)
        {
            Say(Verdict.Suspended, VerdictReason.UnknownSubject, record.SubjectUtf8.Length == 0 ? "the event names no subject" : "no subscription has this subject at the event's time");
            return;
        }

        if (tenant.SpanAt(entry, record.EventTime, book.Sequence) is not { } span)
        {
            Say(Verdict.Suspended, VerdictReason.UnknownSubject, $"subscription {entry.Subscription.Id} is not active at the event's time");
            return;
        }

        (Subscription, Span) = (entry, span);
        var taken = false;
        var covered = false;
        foreach (var metered in span.Revision.For(record.Type))
        {
            if (!metered.Meter.Takes(record)) continue;
            taken = true;
            if (!TryMeter(metered, record, ref covered)) return;
        }

        if (!taken)
        {
            var day = record.EventTime.InZone(entry.Subscription.Schedule.Zone).Date;
            var known = IsTaken(tenant.CatalogOn(day, entry.FrozenAt(span.Period) ?? long.MaxValue), record);
            Say(Verdict.Suspended, known ? VerdictReason.NoPrice : VerdictReason.UnknownMeter, known ? $"plan {span.Revision.Plan} has no charge for {record.Type}" : $"no meter takes {record.Type}");
        }
        else if (!covered && _passedOn != VerdictReason.None) Say(Verdict.NotBillable, _passedOn, _passedOn == VerdictReason.Internal ? "a call to an internal number" : "a call to an emergency number");
        else if (!covered) Say(Verdict.Suspended, VerdictReason.NoPrice, $"no charge of plan {span.Revision.Plan} is for these dimensions");
        else if (span.Period > sealedThrough(entry.Index)) Say(Verdict.Rated, VerdictReason.None, "");
        else if (record.EventTime < record.IngestTime - settings.LateWindow) Say(Verdict.Rejected, VerdictReason.TooOld, $"its period is sealed, and it came more than {settings.LateWindow.Days} days after its time");
        else Say(Verdict.Late, VerdictReason.None, "");
    }

    // Apart: a lambda in the method that rates would cost every record an object.
    private static bool IsTaken(Catalog catalog, UsageRecord record) => catalog.Meters.Any(meter => meter.Takes(record));

    /// <summary>What the record would be worth alone, as far as it could be rated: its calls, and its quantities at the prices of the first units.</summary>
    public string Worth()
    {
        if (Span is not { } span || (_meters.Count == 0 && _calls.Count == 0)) return "";
        try
        {
            return Worth(span).ToString();
        }
        catch (Exception tooLarge) when (tooLarge is Refused or OverflowException)
        {
            return "";
        }
    }

    private Money Worth(ActiveSpan span)
    {
        var worth = Money.Zero(span.Currency);
        foreach (var call in _calls) worth += call.Call.Amount;
        foreach (var addition in _meters)
            foreach (var charge in span.Revision.Charges)
                if (charge is MeteredCharge metered && metered.Meter == addition.Meter && metered.Covers(addition.Dimensions))
                {
                    var figure = addition.Meter.Aggregation is Aggregation.Count or Aggregation.Unique ? Quantity.One : addition.Value;
                    worth += metered.AmountAlone(figure, addition.Dimensions) - metered.AmountAlone(Quantity.Zero, addition.Dimensions);
                }

        return worth;
    }

    private void Begin()
    {
        _meters.Clear();
        _calls.Clear();
        (Subscription, Span) = (null, null);
        _passedOn = VerdictReason.None;
    }

    private bool TryMeter(MeterCharges metered, UsageRecord record, ref bool covered)
    {
        var meter = metered.Meter;
        if (!meter.TryValue(record, out var value))
            return Say(Verdict.Rejected, VerdictReason.BadValue, $"meter {meter.Key} needs a number in '{meter.Value}'{(meter.AllowNegative ? "" : ", not below zero,")} of at most {Limits.QuantityDecimals} decimals up to {Limits.QuantityMax}");
        var dimensions = meter.DimensionsOf(record);
        _meters.Add(new MeterAddition(meter, dimensions, value, meter.Aggregation == Aggregation.Unique && record.TryGet(meter.Value, out var text) ? text.Text : ""));
        if (metered.NeedsEvents) _meters.Add(new MeterAddition(meter.ByEvent, dimensions, value, ""));
        foreach (var charge in metered.Charges)
        {
            if (!charge.Covers(dimensions)) continue;
            var isPassedOn = false;
            if (charge is RateDeckCharge deck && !TryCall(deck, record, value, ref isPassedOn)) return false;
            covered |= !isPassedOn;
            if (charge is Dynamic brought && !TryBrought(brought, record, dimensions)) return false;
            if (charge is MeteredCharge priced && IsTooLarge(priced, value, dimensions)) return Say(Verdict.Suspended, VerdictReason.AmountOutOfRange, $"charge {priced.Key} would cost more than any amount can be");
        }

        return true;
    }

    // Below a thousand million units no price makes too large an amount.
    private static bool IsTooLarge(MeteredCharge charge, Quantity value, string dimensions)
    {
        if (Int128.Abs(value.Nano) <= Quantity.Of(1_000_000_000).Nano || charge.Meter.Aggregation is Aggregation.Count or Aggregation.Unique) return false;
        try
        {
            _ = charge.AmountAlone(value, dimensions);
            return false;
        }
        catch (Exception tooLarge) when (tooLarge is Refused or OverflowException)
        {
            return true;
        }
    }

    // What the event brings along is kept as a call of no length, so that the ledger has it.
    private bool TryBrought(Dynamic charge, UsageRecord record, string dimensions)
    {
        if (!charge.Brought.TryEvaluate(record, Limits.UnitPriceDecimals, out var pico) || (pico.Sign < 0 && !charge.Meter.AllowNegative))
            return Say(Verdict.Rejected, VerdictReason.BadValue, $"charge {charge.Key} needs an amount from '{charge.Brought.Text}'{(charge.Meter.AllowNegative ? "" : ", not below zero")}");
        if (System.Numerics.BigInteger.Abs(pico) > BroughtMax) return Say(Verdict.Suspended, VerdictReason.AmountOutOfRange, $"charge {charge.Key}: the event brings more than {Limits.CallAmountMax}");
        var cost = charge.Cost is null ? default : charge.Cost.TryEvaluate(record, Limits.UnitPriceDecimals, out var paid) && System.Numerics.BigInteger.Abs(paid) <= BroughtMax ? new CallCost(1, (Int128)paid * PicoScale) : CallCost.Unknown;
        _calls.Add(new RatedCallEntry(charge.Key, 0, new RatedCall(charge.GroupOf(dimensions), 0, Money.FromScaled((Int128)pico * PicoScale, Span!.Currency)), cost));
        return true;
    }

    private static readonly System.Numerics.BigInteger BroughtMax = (System.Numerics.BigInteger)Limits.CallAmountMax * System.Numerics.BigInteger.Pow(10, Limits.UnitPriceDecimals);

    private static readonly Int128 PicoScale = (Int128)System.Numerics.BigInteger.Pow(10, Money.Decimals - Limits.UnitPriceDecimals);

    private bool TryCall(RateDeckCharge charge, UsageRecord record, Quantity value, ref bool isPassedOn)
    {
        var deck = charge.Deck;
        if (!TryNumbers(deck, record, out var called, out var calling))
            return Say(Verdict.Rejected, VerdictReason.BadValue, $"deck {deck.Key} needs the {(deck.Match == DeckMatch.Calling ? $"calling number in '{deck.CallingField}'" : $"called number in '{deck.CalledField}'")}");
        if (value < Quantity.Zero || value > CallMax) return Say(Verdict.Rejected, VerdictReason.BadValue, $"a call lasts from 0 to {Limits.CallSecondsMax} seconds");
        var seconds = value.WholeUnitsUp();
        var outcome = deck.Rate(called.Span, calling.Span, record.EventTime, seconds, out var call);
        if (outcome is CallOutcome.Internal or CallOutcome.Emergency)
        {
            isPassedOn = true;
            if (_passedOn == VerdictReason.None) _passedOn = outcome == CallOutcome.Internal ? VerdictReason.Internal : VerdictReason.Emergency;
            return true;
        }

        if (outcome == CallOutcome.NoRate) return Say(Verdict.Suspended, VerdictReason.NoPrice, $"deck {deck.Key} has no rate for {(deck.Match == DeckMatch.Calling ? calling : called)}{(deck.Match == DeckMatch.Both ? $" from {calling}" : "")}");
        if (call.Amount.Scaled > AmountMax) return Say(Verdict.Suspended, VerdictReason.AmountOutOfRange, $"the call would cost {call.Amount}; at most {Limits.CallAmountMax} is taken");
        _calls.Add(new RatedCallEntry(charge.Key, seconds, call, charge.BuyDeck is { } buy ? CostOf(buy, record, seconds) : default));
        if (charge.IsInAllowance) _meters.Add(new MeterAddition(charge.ByCall, call.Destination, Quantity.Of(call.BilledSeconds), "", call.Amount.Scaled));
        return true;
    }

    private static bool TryNumbers(RateDeck deck, UsageRecord record, out Utf8Text called, out Utf8Text calling)
    {
        var isKnown = record.TryGet(deck.CalledField, out var field);
        called = field.Value;
        calling = default;
        if (deck.Match == DeckMatch.Called) return isKnown;
        var isCallingKnown = record.TryGet(deck.CallingField, out field);
        calling = field.Value;
        return deck.Match == DeckMatch.Calling ? isCallingKnown : isKnown;
    }

    // A cost never changes what becomes of a call: without one, the call says so.
    private static CallCost CostOf(RateDeck buy, UsageRecord record, long seconds) =>
        TryNumbers(buy, record, out var called, out var calling) && buy.Rate(called.Span, calling.Span, record.EventTime, seconds, out var bought) == CallOutcome.Rated && bought.Amount.Scaled <= AmountMax ? CallCost.Of(bought.Amount) : CallCost.Unknown;

    private static readonly Quantity CallMax = Quantity.Of(Limits.CallSecondsMax);

    private static readonly Int128 AmountMax = Limits.CallAmountMax * Money.Parse("1", Currency.Of("EUR")).Scaled;

    private bool Say(Verdict verdict, VerdictReason reason, string detail)
    {
        (Verdict, Reason, Detail) = (verdict, reason, detail);
        return false;
    }
}
