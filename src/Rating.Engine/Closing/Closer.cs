using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Invoicing;
using Rating.Domain.Usage;
using Rating.Engine.Alerts;
using Rating.Engine.Books;
using Rating.Engine.Documents;
using Rating.Engine.Partitions;
using Rating.Engine.Store;
using Rating.Engine.Views;

namespace Rating.Engine.Closing;

/// <summary>Closes periods: freezes their terms, seals them in every partition, makes their snapshots. Every step can be run again after a crash.</summary>
internal sealed class Closer(IRatingStore store, IPartitionHost partitions, BookKeeper keeper, AlertRecorder alerts, RatingSettings settings, IClock clock)
{
    private const int TriesMax = 100;
    private readonly RunningCloses _running = new();

    private Book Book => keeper.Book;

    /// <summary>How far the closes of a tenant are that this process carries out.</summary>
    public CloseProgress ProgressOf(TenantId tenant) => _running.Of(tenant);

    /// <summary>Goes on with everything that a crash interrupted.</summary>
    public Task<Closed> ResumeAsync(CancellationToken cancellation) => ResumeAsync((_, _) => true, cancellation);

    // What others close meanwhile is not waited for.
    private Task<Closed> ResumeAsync(TenantId tenant, AccountId? account, SubscriptionId? subscription, CancellationToken cancellation) => ResumeAsync(
        (book, batch) => batch.Tenant == tenant && ((account is null && subscription is null) || batch.Closes.Any(close => IsIn(book.Entry(close.Subscription).Subscription, account, subscription))), cancellation);

    private static bool IsIn(Subscription one, AccountId? account, SubscriptionId? subscription) => (account is not { } of || one.Account == of) && (subscription is not { } id || one.Id == id);

    private async Task<Closed> ResumeAsync(Func<Book, CloseBatch, bool> isWanted, CancellationToken cancellation)
    {
        var closed = (await store.ClosedBatchesAsync(cancellation)).ToHashSet();
        var open = Book.Read(book => book.Batches.Values.Where(batch => !closed.Contains(batch.Number) && isWanted(book, batch)).ToList());
        var all = new Closed();
        await FinishAllAsync(open.ToAsyncEnumerable(), _ => { }, all, cancellation);
        return all;
    }

    /// <summary>Closes all periods in scope that are due.</summary>
    public async Task<Closed> CloseAsync(TenantId tenant, AccountId? account, SubscriptionId? subscription, LocalDate? through, CancellationToken cancellation)
    {
        var all = await ResumeAsync(tenant, account, subscription, cancellation);
        var now = clock.GetCurrentInstant();
        while (true)
        {
            var due = (await DueAsync(tenant, account, subscription, through, now, cancellation)).Where(one => !all.IsParked(one.Id)).ToList();
            if (due.Count == 0) return all;
            // A period begins to be closed when the one before it has its snapshot, whoever makes that: it is priced with what was billed before.
            var before = Book.Read(book => due.Select(one => book.Tenant(tenant)!.Subscriptions[one.Id]).Where(entry => entry.LastClosing is not null).Select(entry => (entry.Subscription.Id, entry.LastClosing!.Value)).ToList());
            var begun = (await store.WithoutSnapshotAsync(tenant, before, cancellation)).Select(close => close.Subscription.Value).ToHashSet(StringComparer.Ordinal);
            var isAlone = due.RemoveAll(one => begun.Contains(one.Id)) == 0;
            using (var running = _running.Begin(tenant, due.Count)) await FinishAllAsync(BeginAsync(), batch => running.Add(batch.Closes.Count), all, cancellation);
            // Another one closes, too: what it has begun is finished, and what is due is looked for again.
            if (!isAlone) all.Add(await ResumeAsync(tenant, account, subscription, cancellation));

            async IAsyncEnumerable<CloseBatch> BeginAsync()
            {
                foreach (var part in due.Chunk(Limits.CloseBatchSubscriptionsMax))
                    if (await TryBeginAsync(tenant, part, through, now, cancellation) is { } batch)
                    {
                        yield return batch;
                    }
                    else
                    {
                        isAlone = false;
                        yield break;
                    }
            }
        }
    }

    // Begun one after the other, as the book wants it; finished several at once, so that memory is that of a few batches and silos share the work.
    private Task FinishAllAsync(IAsyncEnumerable<CloseBatch> batches, Action<CloseBatch> tell, Closed all, CancellationToken cancellation) => Parallel.ForEachAsync(
        batches,
        new ParallelOptions { MaxDegreeOfParallelism = Limits.CloseBatchesAtOnceMax, CancellationToken = cancellation },
        async (batch, given) =>
        {
            // In a cluster wherever the batch's address is.
            all.Add(await (partitions.Addresses is { } addresses ? addresses.FinishAsync(batch, given) : FinishHereAsync(batch, given)));
            tell(batch);
        });

    // The next period of each subscription in scope, if it is due. A call names what it wants by its end.
    private async Task<List<(string Id, int Period, bool Supplementary)>> DueAsync(TenantId tenant, AccountId? account, SubscriptionId? subscription, LocalDate? through, Instant now, CancellationToken cancellation)
    {
        var ended = new List<(int Index, string Id, int Period)>();
        var due = Book.Read(book => Due(book, tenant, account, subscription, through, now, ended));
        if (ended.Count > 0)
        {
            // Usage that came after the last period was sealed.
            var asked = ended.ConvertAll(one => (one.Index, one.Period));
            var found = await Task.WhenAll(Enumerable.Range(0, partitions.Count).Select(partition => partitions.BilledWithAsync(partition, asked, cancellation)));
            var late = found.SelectMany(some => some).ToHashSet();
            due.AddRange(ended.Where(one => late.Contains(one.Index)).Select(one => (one.Id, one.Period, true)));
        }

        due.Sort((a, b) => string.CompareOrdinal(a.Id, b.Id));
        return due;
    }

    private List<(string Id, int Period, bool Supplementary)> Due(
        Book book, TenantId tenant, AccountId? account, SubscriptionId? subscription, LocalDate? through, Instant now, List<(int Index, string Id, int Period)> ended)
    {
        var due = new List<(string Id, int Period, bool Supplementary)>();
        if (book.Tenant(tenant) is not { } mine) return due;
        foreach (var entry in Candidates(mine, account, subscription, through, now))
        {
            var (terms, next) = (entry.Subscription, entry.NextClosing);
            if (!(next > terms.LastPeriod))
            {
                if (IsDue(entry, through, now)) due.Add((terms.Id.Value, next, false));
            }
            else if (entry.OwesCredit)
            {
                due.Add((terms.Id.Value, next, true));
            }
            else
            {
                ended.Add((entry.Index, terms.Id.Value, next));
            }
        }

        return due;
    }

    // Whether the next period may be closed, and is asked for.
    private bool IsDue(SubscriptionEntry entry, LocalDate? through, Instant now)
    {
        var terms = entry.Subscription;
        var period = terms.Schedule.Period(entry.NextClosing);
        var ends = terms.EndInstant is { } end && end <= period.EndInstant ? end : period.EndInstant;
        var isOver = now >= ends && (terms.EndInstant == ends || now >= ends + settings.UsageGrace);
        if (through is null) return isOver;
        if ((ends == terms.EndInstant ? terms.End!.Value : period.End) > through) return false;
        if (isOver) return true;
        throw new Refused("close.early", $"Subscription {terms.Id}: its period {period} cannot be closed yet: it is {InstantPattern.General.Format(now)}, it ends {InstantPattern.General.Format(ends)}, and usage may come for {settings.UsageGrace.BclCompatibleTicks / NodaConstants.TicksPerHour} h more.");
    }

    // Of one account its subscriptions; of a tenant only those whose time it is.
    private IEnumerable<SubscriptionEntry> Candidates(TenantBook tenant, AccountId? account, SubscriptionId? subscription, LocalDate? through, Instant now)
    {
        if (subscription is { } one) return tenant.Subscriptions.TryGetValue(one.Value, out var entry) && IsIn(entry.Subscription, account, subscription) ? [entry] : [];
        if (account is { } of) return tenant.SubscriptionsOf(of);
        // A day begins at different moments; whether it is really over is looked at one by one.
        var until = through?.AtMidnight().InUtc().ToInstant() + Duration.FromDays(1);
        // Those that have ended are asked for late usage however long ago that was: what is in suspense may count later still.
        return tenant.Due.Ending(until ?? now - settings.UsageGrace).Concat(tenant.Due.EndingForGood(until ?? now)).Concat(tenant.Due.Ended);
    }

    // Null when another process has begun a batch of this number, or to close one of these, or when one is not due any more: its end was moved.
    private async Task<CloseBatch?> TryBeginAsync(TenantId tenant, IReadOnlyList<(string Id, int Period, bool Supplementary)> due, LocalDate? through, Instant now, CancellationToken cancellation)
    {
        var number = Book.Read(book => book.Batches.Keys.DefaultIfEmpty(0).Max()) + 1;
        var closes = string.Join(',', due.Select(one => $$"""{"subscription":{{JsonSerializer.Serialize(one.Id)}},"period":{{one.Period.ToString(CultureInfo.InvariantCulture)}},"supplementary":{{(one.Supplementary ? "true" : "false")}}}"""));
        try
        {
            await keeper.AddAsync(tenant, book => book.Read(all => due.All(one => IsStillDue(all.Tenant(tenant)!.Subscriptions[one.Id], one.Supplementary, through, now)))
                ? $$"""{"kind":"close","batch":{{number}},"closes":[{{closes}}]}"""
                : throw new Refused("close.order", "what was due is not any more"), cancellation);
        }
        catch (Refused other) when (other.Code is "close.batch" or "close.order")
        {
            return null;
        }

        return Book.Read(book => book.Batches[number]);
    }

    private bool IsStillDue(SubscriptionEntry entry, bool isSupplementary, LocalDate? through, Instant now) =>
        entry.NextClosing > entry.Subscription.LastPeriod == isSupplementary && (isSupplementary || IsDue(entry, through, now));

    /// <summary>Seals a batch in every partition and makes its snapshots.</summary>
    public async Task<Closed> FinishHereAsync(CloseBatch batch, CancellationToken cancellation)
    {
        // The log's ends are captured after the grace: what lies before them counts in the period.
        await partitions.CaughtUpAsync(cancellation);
        await Task.WhenAll(Enumerable.Range(0, partitions.Count).Select(partition => partitions.ExecuteAsync(partition, () => new SealCommand(batch.Number, batch.Sequence, batch.Closes), cancellation)));
        await VoidRepeatsAsync(batch, cancellation);
        var usage = new Dictionary<int, SortedDictionary<int, PeriodUsage>>();
        foreach (var block in await store.ReadSealsAsync(batch.Number, cancellation))
            foreach (var (subscription, periods) in SealedUsage.Read(block.Bytes))
            {
                if (!usage.TryGetValue(subscription, out var all)) usage[subscription] = all = [];
                foreach (var (period, part) in periods)
                {
                    if (!all.TryGetValue(period, out var whole)) all[period] = whole = new PeriodUsage();
                    whole.Add(part);
                }
            }

        // Of a subscription that begins, or reaches a threshold, a bill run elsewhere makes snapshots, too: what is stored first is known to the other then.
        var made = new Dictionary<int, Snapshot>();
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await MakeAsync(batch, usage, made, cancellation);
            }
            catch (StaleWriterException) when (tries < TriesMax)
            {
                continue;
            }
        }
    }

    private async Task<Closed> MakeAsync(CloseBatch batch, Dictionary<int, SortedDictionary<int, PeriodUsage>> usage, Dictionary<int, Snapshot> made, CancellationToken cancellation)
    {
        var missing = new List<StoredSnapshot>();
        var parked = new List<(string, string)>();
        var reached = new List<StoredAlert>();
        var now = clock.GetCurrentInstant();
        foreach (var (subscription, period) in batch.Closes)
        {
            var entry = Book.Read(book => book.Entry(subscription));
            var before = new List<Snapshot>();
            await foreach (var stored in store.ReadSnapshotsAsync(batch.Tenant, entry.Subscription.Id, null, cancellation)) before.Add(BillingDocuments.ReadSnapshot(stored.Document));
            if (before.Any(snapshot => snapshot.Kind is SnapshotKind.Period or SnapshotKind.Supplementary && snapshot.Period.Number == period)) continue;
            try
            {
                var snapshot = Book.Read(_ => SnapshotMaker.OfPeriod(entry, period, batch.Sequence, usage.TryGetValue(subscription, out var all) ? all : [], before));
                if (entry.AlertsSince > 0 && snapshot.Kind == SnapshotKind.Period) reached.AddRange(Book.Read(_ => ReachedAlerts.AtClose(entry, snapshot, before, now)));
                made[subscription] = snapshot;
                missing.Add(Stored(snapshot, before.Count));
            }
            catch (Exception wrong) when (wrong is Refused or InvariantBrokenException or OverflowException or KeyNotFoundException)
            {
                // This one is parked, with its reason; the others go on. The batch stays open and is tried again.
                parked.Add((entry.Subscription.Id.Value, wrong.Message));
            }
        }

        // Before the snapshots: a batch that has them is not looked at again.
        await alerts.SaveAsync(reached, cancellation);
        await store.SaveSnapshotsAsync(parked.Count == 0 ? batch.Number : null, missing, cancellation);
        var done = new Closed();
        done.Add(made.Count, made.Values, parked);
        return done;
    }

    internal static StoredSnapshot Stored(Snapshot snapshot, int known) => new(
        snapshot.Tenant, snapshot.Subscription, BillingDocuments.NameOf(snapshot), snapshot.Period.Number, snapshot.Account, BillingDocuments.Write(snapshot), known);

    // Duplicates are recognised per partition; across partitions when sealed totals come together, where more than one has, or had, usage of a subscription. What was billed before stays, then what is in the lowest partition.
    private async Task VoidRepeatsAsync(CloseBatch batch, CancellationToken cancellation)
    {
        var seals = (await store.ReadSealsAsync(batch.Number, cancellation)).Select(block => SealedUsage.Read(block.Bytes)).ToList();
        var spread = batch.Closes
            .Where(close => seals.Count(usage => usage.ContainsKey(close.Subscription)) > 1 && seals.Exists(usage => usage.TryGetValue(close.Subscription, out var periods) && periods.Count > 0))
            .ToDictionary(close => close.Subscription, close => close.Period);
        if (spread.Count == 0) return;
        var bySubscription = Book.Read(book => spread.ToDictionary(close => book.Entry(close.Key).Subscription.Id.Value, close => (Index: close.Key, Period: close.Value), StringComparer.Ordinal));
        // A record billed with this period was used in one of those that were sealed with it; what it repeats came at most the horizon before it, or has its very time.
        var sinceDay = Book.Read(book => spread.Keys.Min(index =>
            StoredLedger.FirstDayOf(book.Entry(index).Subscription.Schedule, seals.Min(usage => usage.TryGetValue(index, out var periods) && periods.Count > 0 ? periods.Keys.First() : int.MaxValue), settings)))
            - settings.DedupeHorizonDays;
        var directory = bySubscription.Keys.Select(id => LedgerBlocks.DirectoryHash(batch.Tenant, id)).ToHashSet();
        var currency = Book.Read(book => book.Tenant(batch.Tenant)!.Catalogs[0].Catalog.Currency);
        var identity = new RecordIdentity(settings.IdSecret);
        var all = new List<Billed>();
        for (var partition = 0; partition < partitions.Count; partition++)
        {
            var last = new SortedDictionary<long, Billed>();
            await foreach (var block in store.ReadLedgerSinceAsync(partition, sinceDay, directory, cancellation))
                foreach (var entry in LedgerBlocks.Read(block, _ => currency, bySubscription.ContainsKey))
                    // Of an older record the last entry may have been passed over.
                    if (UsagePartition.DayOf(entry.Record.IngestTime) >= sinceDay && entry.Counts && entry.Record.Tenant == batch.Tenant && bySubscription.TryGetValue(entry.Subscription, out var close) && entry.BillingPeriod <= close.Period)
                        last[entry.Position] = new Billed(close.Index, identity.OfId(entry.Record), identity.OfContent(entry.Record), entry.BillingPeriod, partition, entry.Position, entry.Record.EventTime, UsagePartition.DayOf(entry.Record.IngestTime));
                    else last.Remove(entry.Position);
            all.AddRange(last.Values);
        }

        var repeats = new SortedDictionary<int, Dictionary<long, (long Of, bool SameContent)>>();
        var concerned = new SortedDictionary<int, Dictionary<int, int>>();
        foreach (var same in all.GroupBy(one => (one.Subscription, one.Id)).Where(same => same.Skip(1).Any()))
        {
            var period = spread[same.Key.Subscription];
            var kept = new List<Billed>();
            foreach (var one in same.OrderBy(one => one.Period).ThenBy(one => one.Partition).ThenBy(one => one.Position))
            {
                // The same partition knows by itself what repeats, up to its horizon; beyond that an id may come anew.
                var of = one.Period < period ? -1 : kept.FindIndex(before => before.Partition != one.Partition && (before.EventTime == one.EventTime || Math.Abs(before.Day - one.Day) <= settings.DedupeHorizonDays));
                if (of < 0)
                {
                    kept.Add(one);
                    continue;
                }

                if (!repeats.TryGetValue(one.Partition, out var mine)) (repeats[one.Partition], concerned[one.Partition]) = (mine = [], []);
                mine[one.Position] = (kept[of].Position, one.Content == kept[of].Content);
                concerned[one.Partition][one.Subscription] = period;
            }
        }

        foreach (var (partition, mine) in repeats) await partitions.ExecuteAsync(partition, () => new RepeatCommand(batch.Number, mine, concerned[partition]), cancellation);
    }

    // What is compared of a billed record, by its hashes: the records themselves, of all that its subscription ever used, would take ten times as much.
    private readonly record struct Billed(int Subscription, UInt128 Id, ulong Content, int Period, int Partition, long Position, Instant EventTime, int Day);
}
