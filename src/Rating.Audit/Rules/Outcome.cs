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
        if (book.PlanOn(terms.TermsOn(day).Plan, day, frozen) is not { } plan) return NoMeter(book, current, e, frozen);

        var meters = plan.Charges.Select(c => c.Meter).OfType<Meter>().DistinctBy(m => m.Key).Where(m => m.Takes(e)).ToList();
        if (meters.Count == 0) return plan.Catalog.Meters.Values.Any(m => m.Takes(e)) ? Not(AuditVerdict.Suspended, AuditReason.NoPrice) : Not(AuditVerdict.Suspended, AuditReason.UnknownMeter);

        var measured = new List<Measured>();
        foreach (var meter in meters)
        {
            if (!meter.TryMeasure(e, out var number, out var text)) return Not(AuditVerdict.Rejected, AuditReason.BadValue);
            measured.Add(new Measured(plan.Revision, meter, meter.DimensionsOf(e), number, text, e.Time, e.Source, e.Id));
        }

        var covering = plan.Charges.Select(charge => (Charge: charge, Usage: measured.Find(m => m.Meter.Key == charge.Meter?.Key)))
            .Where(c => c.Usage is not null && c.Charge.Covers(c.Usage.Dimensions)).ToList();
        foreach (var (charge, usage) in covering.Where(c => c.Charge.Deck is not null))
            if (e.Field(charge.Deck!.NumberField) is null || usage!.Number.Sign < 0 || usage.Number > RateDeck.SecondsMax) return Not(AuditVerdict.Rejected, AuditReason.BadValue);
        if (covering.Count == 0) return Not(AuditVerdict.Suspended, AuditReason.NoPrice);
        if (covering.Exists(c => c.Charge.Deck is null && c.Usage!.Meter.Aggregation is not ("count" or "unique") && c.Charge.Amount(c.Usage.Number) is var alone && (alone > AmountMax || -alone > AmountMax)))
            return Not(AuditVerdict.Suspended, AuditReason.AmountOutOfRange);

        var calls = new List<RatedCall>();
        foreach (var (charge, usage) in covering.Where(c => c.Charge.Deck is not null))
        {
            if (charge.Deck!.Price(plan.Revision, charge.Key, e.Field(charge.Deck.NumberField)!, e.Time, usage!.Number) is not { } call) return Not(AuditVerdict.Suspended, AuditReason.NoPrice);
            if (call.Amount > CallAmountMax) return Not(AuditVerdict.Suspended, AuditReason.AmountOutOfRange);
            calls.Add(call);
        }
        return new Outcome(AuditVerdict.Rated, AuditReason.None, period, plan.Revision, measured, calls);
    }

    private static Outcome NoMeter(TenantBook book, Subscription subscription, UsageEvent e, long sequence) =>
        book.CatalogOn(subscription.DayOf(e.Time), sequence)?.Meters.Values.Any(m => m.Takes(e)) == true
            ? Not(AuditVerdict.Suspended, AuditReason.NoPrice) : Not(AuditVerdict.Suspended, AuditReason.UnknownMeter);
}
