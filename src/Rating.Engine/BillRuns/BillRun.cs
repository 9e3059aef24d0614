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
using Rating.Engine.Taxes;
using Rating.Engine.Views;

namespace Rating.Engine.BillRuns;

/// <summary>Makes invoices from snapshots: wanted minus existing, so that running it again makes none.</summary>
internal sealed class BillRun(IRatingStore store, Book book, RatingSettings settings, IClock clock)
{
    private static readonly PeriodUsage NoUsage = new();
    private static readonly Dictionary<int, PeriodUsage> NoLateUsage = [];

    /// <summary>The accounts that may have something to invoice, by their ids.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="activations">Also those with subscriptions that may have just begun.</param>
    /// <param name="thresholds">Also those with usage that may have reached a threshold.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<AccountId>> AccountsAsync(TenantId tenant, bool activations, bool thresholds, CancellationToken cancellation)
    {
        var accounts = (await store.UninvoicedAccountsAsync(tenant, cancellation)).ToHashSet();
        var now = clock.GetCurrentInstant();
        if (activations || thresholds)
            accounts.UnionWith(book.Read(all => all.Tenant(tenant)?.Subscriptions.Values.Where(entry => (thresholds && entry.HasThreshold) || (activations && HasBegun(entry, now))).Select(entry => entry.Subscription.Account).ToList()) ?? []);
        return [.. accounts.OrderBy(one => one.Value, StringComparer.Ordinal)];
    }

    /// <summary>Makes the invoices of an account that are due and not made.</summary>
    public async Task<IReadOnlyList<InvoiceSummary>> RunAsync(TenantId tenant, AccountId account, bool activations, CancellationToken cancellation)
    {
        if (activations) await ActivateAsync(tenant, account, cancellation);
        var made = new List<InvoiceSummary>();
        var open = await OpenAsync(tenant, account, cancellation);
        var taken = new HashSet<(string, string)>();
        await foreach (var invoice in store.ReadInvoicesAsync(tenant, account, cancellation)) taken.Add((invoice.Cycle, invoice.Currency));
        // What is dropped now must not be wanted later: all is read as of this sequence.
        var (sequence, keepsLines, keepsUsage) = book.Read(all => Needs(all, all.Tenant(tenant)!, account));
        var periods = new Dictionary<BillingPeriod, BillingPeriod>();
        var groups = new Dictionary<(string Cycle, string Currency), InvoiceGroup>();
        await foreach (var stored in store.ReadUninvoicedAsync(tenant, account, cancellation))
        {
            var snapshot = BillingDocuments.ReadSnapshot(stored.Document);
            if (snapshot.BookSequence > sequence) throw new StaleWriterException($"Snapshot {stored.Subscription} {stored.Kind} {stored.Period} was made with book {snapshot.BookSequence}, and this process has {sequence}.");
            var cycle = CycleOf(snapshot, taken);
            if (!groups.TryGetValue((cycle, snapshot.Currency.Code), out var group)) groups[(cycle, snapshot.Currency.Code)] = group = new InvoiceGroup(cycle, snapshot.Currency);
            if (!periods.TryGetValue(snapshot.Period, out var period)) periods[snapshot.Period] = period = snapshot.Period;
            // The lines of an activation, or of usage that reached a threshold, tell the invoice's day.
            var lines = keepsLines || snapshot.Kind is SnapshotKind.Activation or SnapshotKind.Progress ? snapshot.Lines.Select(line => line with { Explanation = "" }).ToList() : [];
            var id = book.Read(all => all.Tenant(tenant)!.Subscriptions[snapshot.Subscription.Value].Id);
            group.Add(snapshot, snapshot with { Tenant = tenant, Subscription = id, Account = account, Period = period, Usage = keepsUsage ? snapshot.Usage : NoUsage, LateUsage = NoLateUsage, Lines = lines }, stored.Document);
        }

        foreach (var group in groups.Values.OrderBy(group => group.FirstEnd).ThenBy(group => group.Cycle, StringComparer.Ordinal))
            if ((group.LineCount > 0 || (IsOfCycle(group.Cycle) && HasMinimum(tenant, account))) && IsComplete(group.Snapshots[0], open)) made.Add(InvoiceSummary.Of(await StoreAsync(tenant, account, sequence, group, cancellation)));
        return made;
    }

    // Without any of this an invoice needs of its snapshots' lines only their sum.
    private (long Sequence, bool Lines, bool Usage) Needs(Book all, TenantBook tenant, AccountId account) => (
        all.Sequence,
        tenant.Accounts[account.Value].Terms is var terms && (terms.Discounts.Count > 0 || terms.Credits.Count > 0 || tenant.Catalogs[^1].Catalog.Taxes is not null || settings.TaxService is not TableTaxService),
        tenant.Catalogs.Any(version => version.Catalog.Plans.Values.Any(plan => plan.Allowances.Concat(plan.Phases.SelectMany(phase => phase.Revision.Allowances)).Any(allowance => allowance.IsPooled))));

    // Of a period that is closed the advance charges were in its snapshot.
    private static bool HasBegun(SubscriptionEntry entry, Instant now) => entry.LastClosing is null && entry.Subscription.StartInstant <= now;

    private async Task ActivateAsync(TenantId tenant, AccountId account, CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        var known = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var stored in store.ReadSnapshotsAsync(tenant, null, account, cancellation)) known.Add(stored.Subscription.Value);
        var begun = book.Read(all => all.Tenant(tenant) is not { } mine ? [] : mine.SubscriptionsOf(account)
            .Where(entry => HasBegun(entry, now) && !known.Contains(entry.Subscription.Id.Value))
            .Select(entry => SnapshotMaker.OfActivation(entry, all.Sequence)).Where(snapshot => snapshot.Lines.Count > 0).ToList());
        foreach (var part in begun.Chunk(1_000)) await store.SaveSnapshotsAsync(null, [.. part.Select(snapshot => Closer.Stored(snapshot, 0))], cancellation);
    }

    private static bool IsOfCycle(string cycle) => !cycle.Contains('/', StringComparison.Ordinal);

    // What is owed at least is owed without any line, too.
    private bool HasMinimum(TenantId tenant, AccountId account) => book.Read(all => all.Tenant(tenant)!.Accounts[account.Value].Terms.Minimum) is not null;

    // A cycle that has its invoice takes no more: what comes later is supplementary.
    private static string CycleOf(Snapshot snapshot, HashSet<(string, string)> taken)
    {
        var supplementary = $"supplementary/{snapshot.Subscription}/{snapshot.Period.Number}";
        if (snapshot.Kind == SnapshotKind.Activation) return $"activation/{snapshot.Subscription}";
        if (snapshot.Kind == SnapshotKind.Supplementary) return supplementary;
        if (snapshot.Kind == SnapshotKind.Progress) return $"progress/{snapshot.Subscription}/{snapshot.Period.Number}/{snapshot.Step}";
        var cycle = LocalDatePattern.Iso.Format(snapshot.Period.End);
        return taken.Contains((cycle, snapshot.Currency.Code)) ? supplementary : cycle;
    }

    // One invoice per account and cycle: it waits until every period of the account that ends with the cycle or before it has its snapshot.
    private static bool IsComplete(Snapshot snapshot, LocalDate open) => snapshot.Kind != SnapshotKind.Period || snapshot.Period.End < open;

    // When the first period of the account ends that has no snapshot. Asked before the snapshots are read: what is closed meanwhile is for the next run.
    private async Task<LocalDate> OpenAsync(TenantId tenant, AccountId account, CancellationToken cancellation)
    {
        var (next, last) = book.Read(all => (
            all.Tenant(tenant)!.SubscriptionsOf(account).Select(entry => (Subscription: entry.Subscription.Id, Period: entry.NextClosing)).ToList(),
            all.Tenant(tenant)!.SubscriptionsOf(account).Where(entry => entry.LastClosing is not null).Select(entry => (Subscription: entry.Subscription.Id, Period: entry.LastClosing!.Value)).ToList()));
        var begun = await store.WithoutSnapshotAsync(tenant, last, cancellation);
        return book.Read(all => next.Concat(begun).Select(one => (Terms: all.Tenant(tenant)!.Subscriptions[one.Subscription.Value].Subscription, one.Period)).Where(one => !(one.Period > one.Terms.LastPeriod))
            .Select(one => one.Terms.Schedule.Period(one.Period).End).DefaultIfEmpty(LocalDate.MaxIsoValue).Min());
    }

    private async Task<Invoice> StoreAsync(TenantId tenant, AccountId account, long sequence, InvoiceGroup group, CancellationToken cancellation)
    {
        var snapshots = group.Snapshots;
        var used = await CreditUsedAsync(tenant, account, snapshots[0].Currency, cancellation);
        var assembly = book.Read(all => new InvoiceAssembly(all.Tenant(tenant)!, account, sequence, snapshots[0].Kind == SnapshotKind.Period && IsOfCycle(group.Cycle), snapshots, group.Charges, used));
        var taxes = await settings.TaxService.TaxesAsync(assembly.TaxRequest, cancellation);
        var number = await store.LastInvoiceNumberAsync(tenant, cancellation) + 1;
        while (true)
        {
            var invoice = assembly.Complete($"INV-{number:D6}", group.Cycle, taxes);
            var document = BillingDocuments.Write(invoice);
            if (group.Sections is { } sections) document = InvoiceSections.Put(document, sections);
            var stored = new StoredInvoice(tenant, account, group.Cycle, invoice.Currency.Code, number, document, [.. snapshots.Select(snapshot => (snapshot.Subscription, BillingDocuments.NameOf(snapshot), snapshot.Period.Number))]);
            try
            {
                await store.SaveInvoicesAsync([stored], [new OutboxMessage(0, "invoice.finalised", document)], cancellation);
                return invoice;
            }
            catch (StaleWriterException)
            {
                // Another account's invoice took the number: this one takes the next. Anything else that is taken is for the caller, and where credit is, it may have been used by the other one.
                var next = await store.LastInvoiceNumberAsync(tenant, cancellation) + 1;
                if (next == number || HasCredit(tenant, account)) throw;
                number = next;
            }
        }
    }

    private bool HasCredit(TenantId tenant, AccountId account) => book.Read(all => all.Tenant(tenant)!.Accounts[account.Value].Terms.Credits.Count) > 0;

    // Earlier invoices are read only where the account has credit.
    private async Task<Dictionary<string, Money>> CreditUsedAsync(TenantId tenant, AccountId account, Currency currency, CancellationToken cancellation)
    {
        if (!HasCredit(tenant, account)) return [];
        var documents = new List<string>();
        await foreach (var invoice in store.ReadInvoicesAsync(tenant, account, cancellation))
            if (string.Equals(invoice.Currency, currency.Code, StringComparison.Ordinal)) documents.Add(invoice.Document);
        return InvoiceAssembly.CreditUsed(documents, currency);
    }
}
