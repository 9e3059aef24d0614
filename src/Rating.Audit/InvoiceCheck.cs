using System.Text.Json;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Recomputes every invoice from its snapshots.</summary>
internal sealed class InvoiceCheck(IReadOnlyList<SnapshotDocument> snapshots, Findings findings)
{
    private readonly Dictionary<(string Tenant, string Subscription, string Kind, int Period), SnapshotDocument> _snapshots = [];
    private readonly HashSet<SnapshotDocument> _billed = [];
    private readonly HashSet<(string Tenant, string Account, string Cycle, string Currency)> _invoices = [];
    private readonly HashSet<(string Tenant, string Number)> _numbers = [];

    public long Checked { get; private set; }

    /// <summary>Sums of invoice totals per currency.</summary>
    public Dictionary<string, Fraction> Invoiced { get; } = [];

    /// <summary>Sums of the snapshots that no invoice has, per currency.</summary>
    public Dictionary<string, Fraction> NotInvoiced { get; } = [];

    public void Run(IEnumerable<string> invoices)
    {
        foreach (var snapshot in snapshots) _snapshots.TryAdd((snapshot.Tenant, snapshot.Subscription, snapshot.Kind, snapshot.Period), snapshot);
        foreach (var text in invoices)
        {
            Checked++;
            try
            {
                using var document = JsonDocument.Parse(text);
                Check(document.RootElement);
            }
            catch (Exception e) when (Unreadable.Is(e))
            {
                findings.Add(AuditFindingKind.DocumentUnreadable, $"invoice {Checked}", "an invoice", e.Message);
            }
        }
        foreach (var snapshot in _snapshots.Values.Where(s => !_billed.Contains(s)))
        {
            NotInvoiced[snapshot.Currency] = NotInvoiced.GetValueOrDefault(snapshot.Currency) + snapshot.Total;
            if (snapshot.Lines.Count > 0 && _invoices.Contains((snapshot.Tenant, snapshot.Account, snapshot.Cycle, snapshot.Currency)))
                findings.Add(AuditFindingKind.SnapshotLeftOut, snapshot.Where, $"on the invoice of {snapshot.Account} for {snapshot.Cycle}", "not on it");
        }
    }

    private void Check(JsonElement invoice)
    {
        string tenant = invoice.Text("tenant"), number = invoice.Text("number"), account = invoice.Text("account"), cycle = invoice.Text("cycle"), currency = invoice.Text("currency");
        var where = $"invoice {tenant}/{number}";
        if (!_numbers.Add((tenant, number))) findings.Add(AuditFindingKind.InvoiceTwice, where, "one number", "two");
        if (!_invoices.Add((tenant, account, cycle, currency))) findings.Add(AuditFindingKind.InvoiceTwice, where, $"one invoice of {account} for {cycle} in {currency}", "two");

        var sum = Fraction.Zero;
        string? before = null;
        foreach (var section in invoice.List("sections"))
        {
            var subscription = section.Text("subscription");
            if (string.CompareOrdinal(before, subscription) > 0) findings.Add(AuditFindingKind.InvoiceLinesDiffer, where, $"{subscription} before {before}", "after it");
            before = subscription;
            foreach (var line in section.List("lines")) sum += line.Number("amount");

            var kind = section.Text("kind");
            var period = (int)section.GetProperty("period").Number("number").Numerator;
            if (!_snapshots.TryGetValue((tenant, subscription, kind, period), out var snapshot) || (snapshot.Account, snapshot.Cycle, snapshot.Currency) != (account, cycle, currency))
            {
                findings.Add(AuditFindingKind.InvoiceSectionUnexpected, where, $"a snapshot {kind} {period} of {subscription} for {account}, {cycle}, {currency}", snapshot is null ? "none" : $"one for {snapshot.Account}, {snapshot.Cycle}, {snapshot.Currency}");
                if (snapshot is null) continue;
            }
            if (!_billed.Add(snapshot)) findings.Add(AuditFindingKind.SnapshotInvoicedTwice, where, "once", snapshot.Where);
            var printed = section.List("lines").Select(SnapshotDocument.PrintedLine).ToList();
            if (!printed.SequenceEqual(snapshot.Printed)) findings.Add(AuditFindingKind.InvoiceLinesDiffer, $"{where} {subscription}", string.Join('\n', snapshot.Printed.Except(printed)), string.Join('\n', printed.Except(snapshot.Printed)));
        }
        var total = invoice.Number("total");
        if (sum != total) findings.Add(AuditFindingKind.InvoiceTotalDiffers, where, sum, total);
        Invoiced[currency] = Invoiced.GetValueOrDefault(currency) + total;
    }
}
