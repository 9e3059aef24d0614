using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>Recomputes every invoice from its snapshots.</summary>
internal sealed class InvoiceCheck(Book book, IReadOnlyList<SnapshotDocument> snapshots, IReadOnlyDictionary<SnapshotDocument, ClosedPeriod> expectations, Findings findings)
{
    private readonly Dictionary<(string Tenant, string Subscription, string Kind, int Period), SnapshotDocument> _snapshots = [];
    private readonly HashSet<SnapshotDocument> _billed = [];
    private readonly HashSet<(string Tenant, string Account, string Cycle, string Currency)> _invoices = [];
    private readonly HashSet<(string Tenant, string Number)> _numbers = [];
    private readonly Dictionary<(string Tenant, string Account), Dictionary<string, Fraction>> _creditsTaken = [];

    public long Checked { get; private set; }

    /// <summary>What invoices bill of snapshots, per currency: their totals without what the account's terms and taxes add.</summary>
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
        var billed = new List<SnapshotDocument>();
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
            billed.Add(snapshot);
            if (!_billed.Add(snapshot)) findings.Add(AuditFindingKind.SnapshotInvoicedTwice, where, "once", snapshot.Where);
            var printed = section.List("lines").Select(SnapshotDocument.PrintedLine).ToList();
            if (!printed.SequenceEqual(snapshot.Printed)) findings.Add(AuditFindingKind.InvoiceLinesDiffer, $"{where} {subscription}", string.Join('\n', snapshot.Printed.Except(printed)), string.Join('\n', printed.Except(snapshot.Printed)));
        }
        var total = invoice.Number("total");
        var expected = Expected(invoice, tenant, account, cycle, billed);
        var added = expected is null ? Fraction.Zero : expected.Total - Pricing.Sum(expected.Lines);
        if (sum + added != total) findings.Add(AuditFindingKind.InvoiceTotalDiffers, where, sum + added, total);
        CompareAround(invoice, expected, where);
        Invoiced[currency] = Invoiced.GetValueOrDefault(currency) + total - added;
    }

    /// <summary>What the account's terms and the taxes make of the snapshots, or null where there are none.</summary>
    private OracleInvoice? Expected(JsonElement invoice, string tenant, string account, string cycle, List<SnapshotDocument> billed)
    {
        if (billed.Count == 0 || !billed.TrueForAll(expectations.ContainsKey)) return null;
        var isByDate = LocalDatePattern.Iso.Parse(cycle).Success;
        var of = book.Of(tenant);
        OracleInvoice Make(long sequence)
        {
            var party = of.Account(account, sequence);
            var sections = billed.ConvertAll(s => (s.Subscription, s.Kind, s.Lines, (IReadOnlyList<BilledLine>)expectations[s].Billed(party, s.Lines)));
            var view = expectations[billed[0]].View;
            var pool = isByDate ? Pools.Lines([.. billed.Where(s => s.Kind == "period").Select(s => (s.Subscription, expectations[s].Priced!))]) : [];
            return new AccountRules(party, of.Catalogs.Last(c => c.Sequence <= sequence), _creditsTaken.GetValueOrDefault((tenant, account), [])).Make(sections, pool, invoice.DateOrNone("date") ?? LocalDate.MinIsoValue, isByDate, (view.Start, view.End));
        }

        if (invoice.Member("bookSequence") is { } stored)
        {
            var made = Make((long)Fraction.Parse(stored.AsText()).Numerator);
            if (!_creditsTaken.TryGetValue((tenant, account), out var taken)) _creditsTaken[(tenant, account)] = taken = [];
            foreach (var credit in made.Credits) taken[credit.Credit] = taken.GetValueOrDefault(credit.Credit) + credit.Amount;
            return made;
        }

        // Without a sequence nothing may have applied when the invoice was made: at some moment since its snapshots that was so.
        OracleInvoice? last = null;
        for (var sequence = billed.Max(s => s.BookSequence); sequence <= book.LastSequence; sequence++)
        {
            last = Make(sequence);
            if (last.AccountLines.Count + last.Taxes.Count + last.Credits.Count == 0) return last;
        }
        return last;
    }

    private void CompareAround(JsonElement invoice, OracleInvoice? expected, string where)
    {
        void Compare(AuditFindingKind kind, IEnumerable<string>? wanted, IEnumerable<string> found)
        {
            var (due, stored) = ((wanted ?? []).Order(StringComparer.Ordinal).ToList(), found.Order(StringComparer.Ordinal).ToList());
            if (!due.SequenceEqual(stored)) findings.Add(kind, where, string.Join('\n', due.Except(stored)), string.Join('\n', stored.Except(due)));
        }
        Compare(AuditFindingKind.InvoiceAccountLineDiffers, expected?.AccountLines.Select(l => $"{l.Subscription} {l.Line.Evidence}"),
            invoice.List("accountLines").Zip(SnapshotDocument.ReadLines(invoice, "accountLines")).Select(l => $"{l.First.Text("subscription", "")} {l.Second.Evidence}"));
        Compare(AuditFindingKind.InvoiceTaxDiffers, expected?.Taxes.Select(t => $"{t.Rule} of {t.Base}: {t.Amount} {t.Note}"),
            invoice.List("taxes").Select(t => $"{t.Text("rule")} of {t.Number("base")}: {t.Number("amount")} {t.Text("note", "")}"));
        Compare(AuditFindingKind.InvoiceCreditDiffers, expected?.Credits.Select(c => $"{c.Credit} {(c.IsAfterTax ? "afterTax" : "beforeTax")} {c.Amount}"),
            invoice.List("credits").Select(c => $"{c.Text("credit")} {c.Text("apply")} {c.Number("amount")}"));
        void Sum(string name, Fraction? wanted)
        {
            if (invoice.Member(name) is not null && invoice.Number(name) != wanted) findings.Add(AuditFindingKind.InvoiceTotalDiffers, where, $"{name} {wanted}", invoice.Number(name));
        }
        Sum("net", expected?.Net);
        Sum("tax", expected?.Tax);
        Sum("due", expected?.Due);
    }
}
