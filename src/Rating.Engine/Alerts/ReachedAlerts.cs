using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Invoicing;
using Rating.Domain.Usage;
using Rating.Engine.Books;
using Rating.Engine.Closing;
using Rating.Engine.Documents;
using Rating.Engine.Store;

namespace Rating.Engine.Alerts;

/// <summary>Which thresholds a period has reached, by its usage charge and its usage. Pure; the rules are in docs/formats.md, "Alerts".</summary>
internal static class ReachedAlerts
{
    // A charge of whole minor units as a quantity: their scales differ by this.
    private static readonly Int128 ChargePerNano = (Int128)System.Numerics.BigInteger.Pow(10, Money.Decimals - Limits.QuantityDecimals);

    /// <summary>The alerts that are due.</summary>
    /// <param name="entry">The subscription. The book's read lock is held.</param>
    /// <param name="period">The period.</param>
    /// <param name="usageCharge">What its usage costs so far.</param>
    /// <param name="usage">Its usage so far.</param>
    /// <param name="asOf">The day of it.</param>
    /// <param name="sequence">The book sequence.</param>
    /// <param name="now">The moment of it.</param>
    public static IEnumerable<StoredAlert> Of(SubscriptionEntry entry, BillingPeriod period, Money usageCharge, PeriodUsage usage, LocalDate asOf, long sequence, Instant now)
    {
        var day = LocalDate.Max(period.Start, LocalDate.Min(asOf, period.End.PlusDays(-1)));
        var (alerts, meters) = entry.Tenant.AlertsOn(entry.At(sequence), day, sequence);
        foreach (var alert in alerts)
        {
            var isCharge = alert.Meter.Length == 0;
            if (!isCharge && !meters.TryGetValue(alert.Meter, out _)) continue;
            var value = isCharge ? new Quantity(usageCharge.Scaled / ChargePerNano) : QuantityOf(meters[alert.Meter], usage);
            foreach (var (code, step, reached) in alert.ReachedBy(value))
            {
                var due = new StoredAlert(entry.Tenant.Id, entry.Id, period.Number, alert.Key, code, step, "");
                yield return due with { Document = Document(due, entry, alert, period, Text(reached), Text(value), isCharge ? usageCharge.Currency.Code : null, asOf, sequence, now) };
            }

            string Text(Quantity figure) => isCharge ? Money.FromScaled(checked(figure.Nano * ChargePerNano), usageCharge.Currency).ToText() : figure.ToString();
        }
    }

    /// <summary>The alerts that are due by all that was sealed of a period.</summary>
    /// <param name="entry">The subscription. The book's read lock is held.</param>
    /// <param name="snapshot">The period's snapshot.</param>
    /// <param name="before">The subscription's snapshots before it.</param>
    /// <param name="now">The moment of it.</param>
    public static IEnumerable<StoredAlert> AtClose(SubscriptionEntry entry, Snapshot snapshot, IReadOnlyList<Snapshot> before, Instant now) => Of(
        entry, snapshot.Period, Progress.UsageCharge([.. snapshot.Lines, .. Progress.Billed(before, snapshot.Period.Number)], snapshot.Currency), snapshot.Usage, snapshot.Period.End.PlusDays(-1), snapshot.BookSequence, now);

    private static Quantity QuantityOf(Meter meter, PeriodUsage usage) => MeterFigure.Of(
        meter,
        [.. usage.Meters.Where(pair => string.Equals(pair.Key.Meter, meter.Key, StringComparison.Ordinal) && pair.Key.Aggregation == meter.Aggregation).Select(pair => new UsagePart(pair.Key.Dimensions, pair.Value, default))],
        0);

    private static string Document(
        StoredAlert due, SubscriptionEntry entry, Alert alert, BillingPeriod period, string reached, string value, string? currency, LocalDate asOf, long sequence, Instant now) => BillingDocuments.Write(json =>
        {
            json.WriteString("id", due.Id);
            json.WriteString("tenant", due.Tenant.Value);
            json.WriteString("subscription", due.Subscription.Value);
            json.WriteString("account", entry.Subscription.Account.Value);
            json.WriteString("alert", alert.Key);
            json.WriteString("name", alert.Name);
            if (currency is null) json.WriteString("meter", alert.Meter);
            json.WriteString("threshold", due.Threshold);
            json.WriteNumber("step", due.Step);
            json.WriteStartObject("period");
            json.WriteNumber("number", period.Number);
            json.WriteString("start", LocalDatePattern.Iso.Format(period.Start));
            json.WriteString("end", LocalDatePattern.Iso.Format(period.End));
            json.WriteEndObject();
            json.WriteString("reached", reached);
            json.WriteString("value", value);
            if (currency is not null) json.WriteString("currency", currency);
            json.WriteString("asOf", LocalDatePattern.Iso.Format(asOf));
            json.WriteNumber("bookSequence", sequence);
            json.WriteString("at", InstantPattern.ExtendedIso.Format(now));
        });
}
