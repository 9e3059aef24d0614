using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Invoicing;
using Rating.Engine.Books;
using Rating.Engine.Closing;
using Rating.Engine.Documents;
using Rating.Engine.Store;

namespace Rating.Engine.BillRuns;

/// <summary>Makes invoices from snapshots: wanted minus existing, so that running it again makes none.</summary>
internal sealed class BillRun(IRatingStore store, Book book, RatingSettings settings, IClock clock)
{
    /// <summary>Makes all invoices that are due and not made.</summary>
    public async Task<IReadOnlyList<Invoice>> RunAsync(TenantId tenant, AccountId? account, bool activations, CancellationToken cancellation)
    {
        if (activations) await ActivateAsync(tenant, account, cancellation);
        var waiting = new List<Snapshot>();
        await foreach (var stored in store.ReadUninvoicedAsync(tenant, account, cancellation)) waiting.Add(BillingDocuments.ReadSnapshot(stored.Document));
        var made = new List<Invoice>();
        foreach (var ofAccount in waiting.GroupBy(snapshot => snapshot.Account).OrderBy(group => group.Key.Value, StringComparer.Ordinal))
        {
            var taken = new HashSet<(string, string)>();
            await foreach (var invoice in store.ReadInvoicesAsync(tenant, ofAccount.Key, cancellation)) taken.Add((invoice.Cycle, invoice.Currency));
            foreach (var group in ofAccount.GroupBy(snapshot => (Cycle: CycleOf(snapshot, taken), Currency: snapshot.Currency.Code)).OrderBy(group => group.Min(snapshot => snapshot.Period.End)).ThenBy(group => group.Key.Cycle, StringComparer.Ordinal))
            {
                var lines = group.Sum(snapshot => snapshot.Lines.Count);
                if ((lines == 0 && !(IsOfCycle(group.Key.Cycle) && HasMinimum(tenant, ofAccount.Key))) || !book.Read(_ => IsComplete(tenant, ofAccount.Key, group.First()))) continue;
                made.Add(await StoreAsync(tenant, ofAccount.Key, group.Key.Cycle, [.. group.OrderBy(snapshot => snapshot.Subscription.Value, StringComparer.Ordinal).ThenBy(snapshot => snapshot.Period.Number)], cancellation));
            }
        }

        return made;
    }

    private async Task ActivateAsync(TenantId tenant, AccountId? account, CancellationToken cancellation)
    {
        var now = clock.GetCurrentInstant();
        var known = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var stored in store.ReadSnapshotsAsync(tenant, null, account, cancellation)) known.Add(stored.Subscription.Value);
        var begun = book.Read(all => all.Tenant(tenant) is not { } mine ? [] : mine.Subscriptions.Values
            .Where(entry => (account is null || entry.Subscription.Account == account) && entry.LastClosing is null && entry.Subscription.StartInstant <= now && !known.Contains(entry.Subscription.Id.Value))
            .Select(entry => SnapshotMaker.OfActivation(entry, all.Sequence)).Where(snapshot => snapshot.Lines.Count > 0).ToList());
        foreach (var part in begun.Chunk(1_000)) await store.SaveSnapshotsAsync(null, [.. part.Select(Closer.Stored)], cancellation);
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

    // One invoice per account and cycle: it waits until no subscription of the account has an open period that ends with the cycle or before it.
    private bool IsComplete(TenantId tenant, AccountId account, Snapshot snapshot)
    {
        if (snapshot.Kind != SnapshotKind.Period) return true;
        foreach (var entry in book.Tenant(tenant)!.Subscriptions.Values)
        {
            if (entry.Subscription.Account != account) continue;
            var next = entry.LastClosing + 1 ?? entry.Subscription.FirstPeriod;
            if (next > entry.Subscription.LastPeriod) continue;
            if (entry.Subscription.Schedule.Period(next).End <= snapshot.Period.End) return false;
        }

        return true;
    }

    private async Task<Invoice> StoreAsync(TenantId tenant, AccountId account, string cycle, IReadOnlyList<Snapshot> snapshots, CancellationToken cancellation)
    {
        var used = await CreditUsedAsync(tenant, account, snapshots[0].Currency, cancellation);
        var assembly = book.Read(all => new InvoiceAssembly(all.Tenant(tenant)!, account, all.Sequence, snapshots[0].Kind == SnapshotKind.Period && IsOfCycle(cycle), snapshots, used));
        var taxes = await settings.TaxService.TaxesAsync(assembly.TaxRequest, cancellation);
        var number = await store.LastInvoiceNumberAsync(tenant, cancellation) + 1;
        var invoice = assembly.Complete($"INV-{number:D6}", cycle, taxes);
        var periods = snapshots.ToDictionary(snapshot => (snapshot.Subscription, snapshot.Kind, snapshot.Period.Number, snapshot.Step), snapshot => snapshot.Period);
        var document = BillingDocuments.Write(invoice, section => periods[(section.Subscription, section.Kind, section.Period, section.Step)]);
        var stored = new StoredInvoice(tenant, account, cycle, invoice.Currency.Code, number, document, [.. snapshots.Select(snapshot => (snapshot.Subscription, BillingDocuments.NameOf(snapshot), snapshot.Period.Number))]);
        await store.SaveInvoicesAsync([stored], [new OutboxMessage(0, "invoice.finalised", document)], cancellation);
        return invoice;
    }

    // Earlier invoices are read only where the account has credit.
    private async Task<Dictionary<string, Money>> CreditUsedAsync(TenantId tenant, AccountId account, Currency currency, CancellationToken cancellation)
    {
        if (book.Read(all => all.Tenant(tenant)!.Accounts[account.Value].Terms.Credits.Count) == 0) return [];
        var documents = new List<string>();
        await foreach (var invoice in store.ReadInvoicesAsync(tenant, account, cancellation))
            if (string.Equals(invoice.Currency, currency.Code, StringComparison.Ordinal)) documents.Add(invoice.Document);
        return InvoiceAssembly.CreditUsed(documents, currency);
    }
}
