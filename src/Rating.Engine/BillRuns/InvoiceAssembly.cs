using System.Text.Json;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Invoicing;
using Rating.Engine.Books;
using Rating.Engine.Taxes;

namespace Rating.Engine.BillRuns;

/// <summary>Puts an invoice together from the snapshots of its cycle and what is agreed with its account: the same steps for a bill run and for a quote.</summary>
internal sealed class InvoiceAssembly
{
    private readonly TenantBook _tenant;
    private readonly Account _account;
    private readonly long _sequence;
    private readonly IReadOnlyList<Snapshot> _snapshots;
    private readonly Money _charges;
    private readonly InvoiceDraft _draft;
    private readonly TaxTable? _table;

    /// <summary>Makes the draft.</summary>
    /// <param name="tenant">The tenant's book. The book's read lock is held.</param>
    /// <param name="account">The account's id.</param>
    /// <param name="sequence">The book sequence up to which account and taxes are read.</param>
    /// <param name="isOfCycle">Whether the invoice is that of a cycle of periods.</param>
    /// <param name="snapshots">The snapshots, in the order of their sections; of lines and usage, what is needed.</param>
    /// <param name="charges">The sum of all their lines.</param>
    /// <param name="creditUsed">What earlier invoices took, by credit.</param>
    public InvoiceAssembly(TenantBook tenant, AccountId account, long sequence, bool isOfCycle, IReadOnlyList<Snapshot> snapshots, Money charges, IReadOnlyDictionary<string, Money> creditUsed)
    {
        (_tenant, _account, _sequence, _snapshots, _charges) = (tenant, tenant.AccountAt(account.Value, sequence), sequence, snapshots, charges);
        var catalog = tenant.Catalogs.Last(version => version.Sequence <= sequence).Catalog;
        _table = catalog.Taxes;
        _draft = InvoiceDraft.Of(new InvoiceRequest
        {
            Snapshots = snapshots, Charges = charges, Account = _account.Terms, IsOfCycle = isOfCycle, Rounding = catalog.LineRounding,
            ServiceAddress = subscription => tenant.Subscriptions[subscription.Value].At(sequence).ServiceAddress,
            Subscription = snapshot => tenant.Subscriptions[snapshot.Subscription.Value].At(snapshot.BookSequence),
            Terms = snapshot => tenant.Terms(tenant.Subscriptions[snapshot.Subscription.Value], snapshot.Period.Number, snapshot.BookSequence),
            CreditUsed = key => creditUsed.GetValueOrDefault(key, Money.Zero(snapshots[0].Currency)),
        });
    }

    /// <summary>What the tax service is asked.</summary>
    public TaxRequest TaxRequest => new(_tenant.Id, _account.Id, _account.Terms, Date, _snapshots[0].Currency, _draft.TaxableLines, _table);

    private LocalDate Date => _snapshots[0].Kind switch
    {
        SnapshotKind.Activation => _snapshots[0].Lines.Min(line => line.From),
        SnapshotKind.Progress => _snapshots[0].Day!.Value,
        _ => _snapshots.Max(snapshot => snapshot.Period.End),
    };

    /// <summary>The invoice with its taxes and what credits pay of it.</summary>
    public Invoice Complete(string number, string cycle, TaxOutcome? taxes)
    {
        var credits = _draft.CreditsBeforeTax.Concat(_draft.PaidAfterTax(taxes)).ToList();
        return new Invoice
        {
            Tenant = _tenant.Id, Number = number, Account = _account.Id, Cycle = cycle, Currency = _snapshots[0].Currency, Date = Date,
            Charges = _charges, AccountLines = _draft.AccountLines, Pools = _draft.Pools, Taxes = taxes, Credits = credits, BookSequence = _draft.AccountLines.Count > 0 || _draft.Pools.Count > 0 || taxes is not null || credits.Count > 0 ? _sequence : null,
        };
    }

    /// <summary>What invoices took of credits, by key, from their documents.</summary>
    public static Dictionary<string, Money> CreditUsed(IEnumerable<string> invoices, Currency currency)
    {
        var used = new Dictionary<string, Money>(StringComparer.Ordinal);
        foreach (var text in invoices)
        {
            using var document = JsonDocument.Parse(text);
            if (!document.RootElement.TryGetProperty("credits", out var credits)) continue;
            foreach (var credit in credits.EnumerateArray())
            {
                var key = credit.GetProperty("credit").GetString()!;
                used[key] = used.GetValueOrDefault(key, Money.Zero(currency)) + Money.Parse(credit.GetProperty("amount").GetString()!, currency);
            }
        }

        return used;
    }
}
