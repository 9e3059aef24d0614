namespace Rating.Audit.Rules;

/// <summary>What steps 8 to 10 make of an event of a subscription.</summary>
internal sealed record Outcome(AuditVerdict Verdict, AuditReason Reason, int Period, int Revision, IReadOnlyList<Measured> Measured, IReadOnlyList<RatedCall> Calls)
{
    /// <summary>The largest amount that can be held: 2^127 in 10^-21 units.</summary>
    private static readonly Fraction AmountMax = new(System.Numerics.BigInteger.Pow(2, 127) - 1, System.Numerics.BigInteger.Pow(10, 21));

    /// <summary>The most that one call may cost, in currency units.</summary>
    private static readonly Fraction CallAmountMax = 1_000_000;

    private static Outcome Not(AuditVerdict verdict, AuditReason reason) => new(verdict, reason, 0, 0, [], []);

    /// <summary>Steps 8 to 10 of the verdicts: rated with the prices of a book sequence (or of the close that froze the period).</summary>
    public static Outcome Of(TenantBook book, Subscription current, UsageEvent e, long sequence)
    {
        if (book.ScheduleOf(current, sequence) is not { } schedule) return NoMeter(book, current, e, sequence);
        var period = schedule.NumberOf(current.DayOf(e.Time));
        var frozen = book.SequenceFor(current.Id, period, sequence);
        var terms = book.Subscription(current.Id, frozen) ?? current;
        var day = terms.DayOf(e.Time);
        if (book.RevisionOn(terms, day, frozen) is not { } revision) return NoMeter(book, current, e, frozen);

        var metered = revision.Charges.Where(c => c.IsMetered).ToList();
        var meters = metered.Select(c => c.Meter!).DistinctBy(m => m.Key).Where(m => m.Takes(e)).ToList();
        if (meters.Count == 0) return revision.Plan.Catalog.Meters.Values.Any(m => m.Takes(e)) ? Not(AuditVerdict.Suspended, AuditReason.NoPrice) : Not(AuditVerdict.Suspended, AuditReason.UnknownMeter);

        var measured = new List<Measured>();
        foreach (var meter in meters)
        {
            if (!meter.TryMeasure(e, out var number, out var text)) return Not(AuditVerdict.Rejected, AuditReason.BadValue);
            measured.Add(new Measured(revision.Number, meter, meter.DimensionsOf(e), number, text, e.Time, e.Source, e.Id));
        }

        var covering = metered.Select(charge => (Charge: charge, Usage: measured.Find(m => m.Meter.Key == charge.Meter!.Key))).Where(c => c.Usage is not null && c.Charge.Covers(c.Usage.Dimensions)).ToList();
        foreach (var (charge, usage) in covering)
        {
            if (charge.Deck is { } deck && (!deck.HasNumbers(e) || usage!.Number.Sign < 0 || usage.Number > RateDeck.SecondsMax)) return Not(AuditVerdict.Rejected, AuditReason.BadValue);
            if (charge.DynamicAmount is { } amount && (amount.Of(e) is not { } price || (price.Round(12, RoundingRule.HalfUp).Sign < 0 && !usage!.Meter.AllowsNegative))) return Not(AuditVerdict.Rejected, AuditReason.BadValue);
        }
        if (covering.Count == 0) return Not(AuditVerdict.Suspended, AuditReason.NoPrice);
        if (covering.Exists(c => !c.Charge.IsRatedByEvent && c.Charge.Model != "flat" && c.Usage!.Meter.Aggregation is not ("count" or "unique" or "timeWeighted") && c.Charge.Amount(c.Usage.Meter.Converted(c.Usage.Number), [c.Usage]) is var alone && (alone > AmountMax || -alone > AmountMax)))
            return Not(AuditVerdict.Suspended, AuditReason.AmountOutOfRange);

        var calls = new List<RatedCall>();
        string? local = null;
        foreach (var (charge, usage) in covering.Where(c => c.Charge.IsRatedByEvent))
        {
            if (charge.Deck is null)
            {
                var brought = charge.DynamicAmount!.Of(e)!.Value.Round(12, RoundingRule.HalfUp);
                if (brought > CallAmountMax || -brought > CallAmountMax) return Not(AuditVerdict.Suspended, AuditReason.AmountOutOfRange);
                calls.Add(new RatedCall(revision.Number, charge.Key, charge.GroupOf(usage!.Dimensions), 0, 0, brought) { Time = e.Time, Source = e.Source, Id = e.Id, Cost = charge.Cost?.Amount?.Of(e)?.Round(12, RoundingRule.HalfUp), IsUncosted = charge.Cost?.Amount is { } costs && costs.Of(e) is null });
                continue;
            }
            var price = charge.Deck.Price(revision.Number, charge.Key, e, usage!.Number);
            local ??= price.LocalKind;
            if (price.LocalKind is not null) continue;
            if (price.Call is not { } call) return Not(AuditVerdict.Suspended, AuditReason.NoPrice);
            if (call.Amount > CallAmountMax) return Not(AuditVerdict.Suspended, AuditReason.AmountOutOfRange);
            if (charge.Cost?.Deck is { } buy)
            {
                var cost = buy.Price(revision.Number, charge.Key, e, usage.Number).Call?.Amount;
                call = call with { Cost = cost, IsUncosted = cost is null };
            }
            calls.Add(call);
        }
        if (calls.Count == 0 && local is not null && covering.TrueForAll(c => c.Charge.Deck is not null)) return Not(AuditVerdict.NotBillable, local == "emergency" ? AuditReason.Emergency : AuditReason.Internal);
        return new Outcome(AuditVerdict.Rated, AuditReason.None, period, revision.Number, measured, calls);
    }

    private static Outcome NoMeter(TenantBook book, Subscription subscription, UsageEvent e, long sequence) =>
        book.CatalogOn(subscription.DayOf(e.Time), sequence)?.Meters.Values.Any(m => m.Takes(e)) == true
            ? Not(AuditVerdict.Suspended, AuditReason.NoPrice) : Not(AuditVerdict.Suspended, AuditReason.UnknownMeter);
}
