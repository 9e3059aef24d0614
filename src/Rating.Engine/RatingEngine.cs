using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Billing;
using Rating.Domain.Invoicing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Alerts;
using Rating.Engine.BillRuns;
using Rating.Engine.Books;
using Rating.Engine.Closing;
using Rating.Engine.Documents;
using Rating.Engine.Intake;
using Rating.Engine.Log;
using Rating.Engine.Partitions;
using Rating.Engine.Store;
using Rating.Engine.Taxes;
using Rating.Engine.Views;

namespace Rating.Engine;

/// <summary>The engine: intake, book, running charges, closing and bill runs over partitions that are all in this process, or spread over a cluster in which each process has one engine.</summary>
public sealed class RatingEngine : IAsyncDisposable
{
    private static readonly TimeSpan ReconcilePatience = TimeSpan.FromSeconds(10);
    private readonly IPartitionHost _partitions;
    private readonly BookKeeper _keeper;
    private readonly Closer _closer;
    private readonly BillRun _billRun;
    private readonly IUsageLog _log;
    private readonly IClock _clock;
    private readonly TimeProvider _timer;
    private readonly SemaphoreSlim _billing = new(1, 1);
    private readonly AlertRecorder _recorder;

    private RatingEngine(IUsageLog log, IRatingStore store, RatingSettings settings, IClock clock, TimeProvider timer, Func<RatingEngine, BookKeeper, IPartitionHost> partitions)
    {
        (_log, Store, _clock, _timer) = (log, store, clock, timer);
        _keeper = new BookKeeper(store, clock);
        _recorder = new AlertRecorder(store);
        Alerts = new AlertWatch(this, _recorder, clock, timer);
        _partitions = partitions(this, _keeper);
        if (_partitions.Addresses is { } elsewhere) _recorder.TellElsewhere = elsewhere.TellAsync;
        _keeper.OnChanged = _partitions.BookChanged;
        _closer = new Closer(store, _partitions, _keeper, _recorder, settings, clock);
        _billRun = new BillRun(store, _keeper.Book, settings, clock);
        Intake = new UsageIntake(log, clock);
    }

    /// <summary>Takes usage in.</summary>
    public UsageIntake Intake { get; }

    /// <summary>Everything that is not usage. Read it with <see cref="Books.Book.Read{T}"/>.</summary>
    public Book Book => _keeper.Book;

    /// <summary>The store, for reading snapshots, invoices and the outbox.</summary>
    public IRatingStore Store { get; }

    /// <summary>Whether all partitions are in this process.</summary>
    public bool IsAlone => _partitions.Addresses is null;

    /// <summary>Looks at what has alerts, when something was stored for it.</summary>
    internal AlertWatch Alerts { get; }

    /// <summary>Memory that remembered ids take, in bytes, and how many they are.</summary>
    public (long Bytes, long Count) RememberedIds => _partitions.RememberedIds;

    /// <summary>Takes all partitions over, loads them, and starts to rate.</summary>
    /// <param name="log">The usage log.</param>
    /// <param name="store">Where everything else is.</param>
    /// <param name="settings">What the installation sets.</param>
    /// <param name="clock">What time it is: decides ingest times and when periods are over.</param>
    /// <param name="timer">How time passes: paces checkpoints and pauses, decides nothing.</param>
    /// <param name="cancellation">Gives up starting.</param>
    /// <exception cref="Refused"><c>settings.changed</c>: the data was made with other settings.</exception>
    public static Task<RatingEngine> StartAsync(IUsageLog log, IRatingStore store, RatingSettings settings, IClock clock, TimeProvider timer, CancellationToken cancellation) =>
        StartAsync(log, store, settings, clock, timer, (engine, keeper) => new LocalPartitions(log, store, keeper.Book, settings, timer, engine.Alerts.Look), cancellation);

    /// <summary>Starts over partitions that a host finds.</summary>
    internal static async Task<RatingEngine> StartAsync(IUsageLog log, IRatingStore store, RatingSettings settings, IClock clock, TimeProvider timer, Func<RatingEngine, BookKeeper, IPartitionHost> partitions, CancellationToken cancellation)
    {
        var mine = SettingsText(settings with { Partitions = log.Partitions });
        var stored = await store.SettingsAsync(mine, cancellation);
        if (!string.Equals(mine, stored, StringComparison.Ordinal))
            throw new Refused("settings.changed", $"The data was made with the settings {stored}, and now they are {mine}. They decide verdicts; set them back.");
        var engine = new RatingEngine(log, store, settings, clock, timer, partitions);
        try
        {
            await engine._keeper.LoadAsync(cancellation);
            engine.Alerts.Start();
            await engine._partitions.StartAsync(cancellation);
            // In a cluster whoever closes next does: not every process that starts.
            if (engine._partitions.Addresses is null) await engine._closer.ResumeAsync(cancellation);
            return engine;
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a catalog (JSON, docs/formats.md) the next version. A broken one changes nothing.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="catalog">The whole catalog.</param>
    /// <param name="effectiveFrom">The first day on which it applies; null takes the document's <c>effectiveFrom</c>, else today (UTC).</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Refused">The catalog is broken, or leaves out what is sold; the place is named.</exception>
    public async Task<CatalogVersion> PutCatalogAsync(TenantId tenant, string catalog, LocalDate? effectiveFrom, CancellationToken cancellation)
    {
        using var document = ParsedDocument.Of(catalog);
        var root = new DocumentNode(document.RootElement, "");
        if (document.RootElement.ValueKind != JsonValueKind.Object) throw root.Refuse("document.type", "this must be an object.");
        var from = effectiveFrom ?? root.Maybe("effectiveFrom")?.Date() ?? _clock.GetCurrentInstant().InUtc().Date;
        try
        {
            var sequence = await _keeper.AddAsync(
                tenant,
                book => $$"""{"kind":"catalog","version":{{NextVersion(book).ToString(CultureInfo.InvariantCulture)}},"effectiveFrom":"{{LocalDatePattern.Iso.Format(from)}}","catalog":{{catalog}}}""",
                cancellation);
            await _partitions.TookUpAsync(sequence, cancellation);
            return Book.Read(book => book.Tenant(tenant)!.Catalogs.First(version => version.Sequence == sequence));
        }
        catch (Refused wrong) when (wrong.Where.StartsWith("catalog", StringComparison.Ordinal))
        {
            throw new Refused(wrong.Code, wrong.Message) { Where = wrong.Where[7..].TrimStart('.') };
        }

        int NextVersion(Book book) => book.Read(now => now.Tenant(tenant)?.Catalogs.Count ?? 0) + 1;
    }

    /// <summary>Records accounts, subscriptions and subject assignments, all or none: <c>{"accounts":[...],"subscriptions":[...],"subjects":[...]}</c> (docs/formats.md).</summary>
    /// <exception cref="Refused">Something in it is wrong, or touches what is closed; the place is named.</exception>
    public async Task PutPartiesAsync(TenantId tenant, string parties, CancellationToken cancellation)
    {
        using var document = ParsedDocument.Of(parties);
        var root = new DocumentNode(document.RootElement, "").Object("accounts", "subscriptions", "subjects");
        var members = root.Members().Select(member => $"{JsonSerializer.Serialize(member.Name)}:{member.Value.Element.GetRawText()}");
        var sequence = await _keeper.AddAsync(tenant, $$"""{"kind":"parties"{{string.Concat(members.Select(member => "," + member))}}}""", cancellation);
        await _partitions.TookUpAsync(sequence, cancellation);
    }

    /// <summary>The running charge of a subscription now.</summary>
    /// <exception cref="Refused"><c>subscription.unknown</c></exception>
    public async Task<BalanceView> BalanceAsync(TenantId tenant, SubscriptionId subscription, CancellationToken cancellation)
    {
        var entry = await EntryOfAsync(tenant, subscription, cancellation);
        while (true)
        {
            // All partitions and the terms at one book sequence: a change in between begins it anew. Those that have no usage of it cost next to nothing.
            var sequence = Book.Sequence;
            var parts = await Task.WhenAll(Enumerable.Range(0, _partitions.Count).Select(partition => _partitions.UsageAsync(partition, entry.Index, sequence, cancellation)));
            if (Array.Exists(parts, part => part.BookSequence != sequence))
            {
                await _keeper.FollowAsync(parts.Max(part => part.BookSequence), cancellation);
                continue;
            }

            var usage = Combined(parts);
            var before = new List<Snapshot>();
            if (usage.Keys.Any(key => key.Usage != key.Billing) || Book.Read(_ => entry.HoldsLevels || entry.CarriesUnits || entry.HasThreshold || entry.Subscription.Discounts.Count > 0))
                await foreach (var stored in Store.ReadSnapshotsAsync(tenant, subscription, null, cancellation)) before.Add(BillingDocuments.ReadSnapshot(stored.Document));
            if (usage.Keys.Any(key => key.Usage != key.Billing && !before.Exists(snapshot => snapshot.Kind == SnapshotKind.Period && snapshot.Period.Number == key.Usage)))
                throw new Unavailable($"A period of subscription {subscription} is just being closed; ask again.");
            var latest = parts.Max(part => part.Latest);
            var lag = parts.Sum(part => part.Lag);
            if (Book.Read(book => book.Sequence == sequence ? Balance(entry, usage, before, latest, lag) : null) is { } balance) return balance;
        }
    }

    /// <summary>The running charge of a subscription now, as a JSON document (docs/formats.md): from wherever the subscription is.</summary>
    /// <exception cref="Refused"><c>subscription.unknown</c></exception>
    public async Task<string> BalanceDocumentAsync(TenantId tenant, SubscriptionId subscription, CancellationToken cancellation) =>
        _partitions.Addresses is { } addresses ? await addresses.BalanceAsync(tenant, subscription, cancellation) : BillingDocuments.Write(await BalanceAsync(tenant, subscription, cancellation));

    /// <summary>The running charge of a subscription as a JSON document: now, and again after each change, until cancelled. At most <see cref="Limits.BalanceUpdatesPerSecondMax"/> times a second; the newest wins.</summary>
    /// <exception cref="Refused"><c>subscription.unknown</c></exception>
    public async IAsyncEnumerable<string> WatchBalanceAsync(TenantId tenant, SubscriptionId subscription, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await EntryOfAsync(tenant, subscription, cancellation);
        if (_partitions.Addresses is { } addresses)
        {
            await foreach (var document in addresses.WatchAsync(tenant, subscription, cancellation)) yield return document;
            yield break;
        }

        var last = "";
        while (true)
        {
            var document = await BalanceDocumentAsync(tenant, subscription, cancellation);
            if (document != last) yield return last = document;
            await Task.Delay(TimeSpan.FromSeconds(1) / Limits.BalanceUpdatesPerSecondMax, _timer, cancellation);
        }
    }

    private static SortedDictionary<(int Billing, int Usage), PeriodUsage> Combined(PartitionUsage[] parts)
    {
        var usage = new SortedDictionary<(int Billing, int Usage), PeriodUsage>();
        foreach (var (key, totals) in parts.SelectMany(part => part.Usage))
        {
            if (!usage.TryGetValue(key, out var whole)) usage[key] = whole = new PeriodUsage();
            whole.Add(totals);
        }

        return usage;
    }

    /// <summary>Closes periods: seals them in every partition, makes their snapshots, and bills the accounts whose subscriptions are all closed up to the cycle's end.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="account">Only this account; null for all.</param>
    /// <param name="subscription">Only this subscription; null for all.</param>
    /// <param name="through">Periods that end on or before this local day are closed; null for all whose end and usage grace are over.</param>
    /// <param name="cancellation">Gives up; what is closed stays closed, and running again goes on.</param>
    /// <exception cref="Refused"><c>close.early</c>: a period asked for has not ended, or its usage grace is not over, and it is not the end of the subscription.</exception>
    /// <returns>What it did, as a JSON document (docs/formats.md). In a cluster the account's address closes, wherever that is: one close of an account at a time.</returns>
    public async Task<string> CloseDocumentAsync(TenantId tenant, AccountId? account, SubscriptionId? subscription, LocalDate? through, CancellationToken cancellation)
    {
        if (_partitions.Addresses is not { } addresses) return BillingDocuments.Write(await CloseAsync(tenant, account, subscription, through, cancellation));
        var of = account ?? (subscription is { } one ? (await EntryOfAsync(tenant, one, cancellation)).Subscription.Account : null);
        return await addresses.CloseAsync(tenant, of, subscription, through, cancellation);
    }

    /// <summary>Closes periods from this process; as <see cref="CloseDocumentAsync"/>.</summary>
    public async Task<CloseOutcome> CloseAsync(TenantId tenant, AccountId? account, SubscriptionId? subscription, LocalDate? through, CancellationToken cancellation)
    {
        if (subscription is { } one) await EntryOfAsync(tenant, one, cancellation);
        if (account is { } named && !Book.Read(book => book.Tenant(tenant)?.Accounts.ContainsKey(named.Value) ?? false)) throw new Refused("account.unknown", $"There is no account '{named}'.");
        // In a cluster addresses see to it that an account is closed by one at a time, and keys decide between accounts.
        var isAlone = _partitions.Addresses is null;
        if (isAlone) await _billing.WaitAsync(cancellation);
        try
        {
            var closed = await _closer.CloseAsync(tenant, account, subscription, through, cancellation);
            var billed = account ?? (subscription is { } id ? (await EntryOfAsync(tenant, id, cancellation)).Subscription.Account : null);
            var invoices = billed is { } of ? await BillHereAsync(tenant, of, activations: false, thresholds: false, cancellation) : await BillEachAsync(tenant, activations: false, thresholds: false, cancellation);
            return new CloseOutcome(closed.SnapshotCount, closed.Snapshots, invoices, closed.Parked);
        }
        finally
        {
            if (isAlone) _billing.Release();
        }
    }

    /// <summary>How far the closes of a tenant are, in whatever process they are carried out.</summary>
    public Task<CloseProgress> CloseProgressAsync(TenantId tenant, CancellationToken cancellation) =>
        _partitions.Addresses is { } addresses ? addresses.CloseProgressAsync(tenant, cancellation) : Task.FromResult(CloseProgressHere(tenant));

    /// <summary>How far the closes of a tenant are that this process carries out.</summary>
    internal CloseProgress CloseProgressHere(TenantId tenant) => _closer.ProgressOf(tenant);

    /// <summary>Makes all invoices that are due and not made: of closed cycles, of usage that reached its plan's threshold, and with <paramref name="activations"/> of subscriptions that have begun. Running it again makes none, and goes on where one was interrupted.</summary>
    /// <returns>The invoices, by number. In a cluster each account's address makes its own, wherever that is: one bill run or close of an account at a time.</returns>
    public async Task<IReadOnlyList<InvoiceSummary>> BillRunAsync(TenantId tenant, AccountId? account, bool activations, CancellationToken cancellation)
    {
        if (_partitions.Addresses is { } addresses)
            return account is { } only ? await addresses.BillAsync(tenant, only, activations, thresholds: true, cancellation) : await BillEachAsync(tenant, activations, thresholds: true, cancellation);
        await _billing.WaitAsync(cancellation);
        try
        {
            return account is { } one ? await BillHereAsync(tenant, one, activations, thresholds: true, cancellation) : await BillEachAsync(tenant, activations, thresholds: true, cancellation);
        }
        finally
        {
            _billing.Release();
        }
    }

    // Account by account, in a cluster each where its address is; one after the other, so that numbers follow the accounts whatever runs them.
    private async Task<IReadOnlyList<InvoiceSummary>> BillEachAsync(TenantId tenant, bool activations, bool thresholds, CancellationToken cancellation)
    {
        var made = new List<InvoiceSummary>();
        foreach (var account in await _billRun.AccountsAsync(tenant, activations, thresholds, cancellation))
            made.AddRange(await (_partitions.Addresses is { } addresses ? addresses.BillAsync(tenant, account, activations, thresholds, cancellation) : BillHereAsync(tenant, account, activations, thresholds, cancellation)));
        return made;
    }

    // Usage that reached its plan's threshold within a period that is open. What is billed of it is subtracted, so running again makes nothing.
    private async Task ProgressAsync(TenantId tenant, AccountId account, CancellationToken cancellation)
    {
        var concerned = Book.Read(book => book.Tenant(tenant)?.SubscriptionsOf(account).Where(entry => entry.HasThreshold).Select(entry => entry.Subscription.Id).ToList()) ?? [];
        foreach (var subscription in concerned)
        {
            var balance = await BalanceAsync(tenant, subscription, cancellation);
            var before = new List<Snapshot>();
            await foreach (var stored in Store.ReadSnapshotsAsync(tenant, subscription, null, cancellation)) before.Add(BillingDocuments.ReadSnapshot(stored.Document));
            var made = Book.Read(book => balance.Periods.Where(period => book.Tenant(tenant)!.Subscriptions[subscription.Value].FrozenAt(period.Period.Number) is null)
                .Select(period => SnapshotMaker.OfProgress(book.Tenant(tenant)!.Subscriptions[subscription.Value], period.Period.Number, book.Sequence, period.Usage, LocalDate.Min(balance.AsOf, period.Period.End.PlusDays(-1)), before))
                .OfType<Snapshot>().ToList());
            if (made.Count > 0) await Store.SaveSnapshotsAsync(null, [.. made.Select((snapshot, at) => Closer.Stored(snapshot, before.Count + at))], cancellation);
        }
    }

    /// <summary>What the invoices of some days say of taxes, added up.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="from">The first invoice day.</param>
    /// <param name="to">The day after the last.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<TaxReportRow>> TaxReportAsync(TenantId tenant, LocalDate from, LocalDate to, CancellationToken cancellation)
    {
        var report = new TaxReport(from, to);
        await foreach (var invoice in Store.ReadInvoicesAsync(tenant, null, cancellation)) report.Add(invoice.Document);
        return report.Rows;
    }

    /// <summary>Makes the invoices of an account that are due and not made, in this process.</summary>
    internal async Task<IReadOnlyList<InvoiceSummary>> BillHereAsync(TenantId tenant, AccountId account, bool activations, bool thresholds, CancellationToken cancellation)
    {
        // In a cluster another process may make the invoice while membership changes, or snapshots meanwhile, or with a newer book: then what is wanted and not there is looked for again.
        for (var tries = 1; ; tries++)
        {
            try
            {
                if (tries > 1) await _keeper.RefreshAsync(cancellation);
                if (thresholds) await ProgressAsync(tenant, account, cancellation);
                return await _billRun.RunAsync(tenant, account, activations, cancellation);
            }
            catch (StaleWriterException) when (_partitions.Addresses is not null && tries < 100)
            {
                continue;
            }
        }
    }

    /// <summary>Hands over what leaves and what comes in, in one process of a cluster at a time, until the engine is disposed.</summary>
    public void Run(HandOff.HandOffs handOffs) => _partitions.RunAlone("hand-off", handOffs.RunAsync);

    /// <summary>Looks at the calendar every so often, until the engine is disposed. Not in a cluster: there a reminder does it, wherever that falls due.</summary>
    public void Run(CloseCalendar calendar, TimeSpan every)
    {
        if (IsAlone) _partitions.RunAlone("calendar", cancellation => calendar.RunAsync(every, _timer, cancellation));
    }

    /// <summary>Finishes a close batch in this process.</summary>
    internal Task<Closed> FinishHereAsync(CloseBatch batch, CancellationToken cancellation) => _closer.FinishHereAsync(batch, cancellation);

    /// <summary>The records in suspense, in groups, the largest first.</summary>
    public async Task<IReadOnlyList<SuspenseGroup>> SuspenseAsync(TenantId tenant, CancellationToken cancellation) => [.. (await _partitions.SuspenseAsync(tenant, cancellation))
        .GroupBy(group => (group.Reason, group.Subject, group.Type))
        .Select(same => new SuspenseGroup(tenant, same.Key.Reason, same.Key.Subject, same.Key.Type, same.Sum(group => group.Count), same.Min(group => group.First), same.Max(group => group.Last)))
        .OrderByDescending(group => group.Count).ThenBy(group => group.Subject, StringComparer.Ordinal).ThenBy(group => group.Type, StringComparer.Ordinal)];

    /// <summary>Single records in suspense, at most <paramref name="most"/>.</summary>
    public async IAsyncEnumerable<(int Partition, LedgerEntry Entry)> SuspendedAsync(TenantId tenant, int most, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var partition = 0; partition < _partitions.Count; partition++)
            foreach (var entry in await SuspendedAsync(partition, tenant, cancellation))
                if (most-- > 0) yield return (partition, entry);
    }

    /// <summary>Rates the records in suspense again.</summary>
    public async Task<SuspenseOutcome> RetrySuspenseAsync(TenantId tenant, CancellationToken cancellation)
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, _partitions.Count).Select(partition => _partitions.ExecuteAsync(partition, () => new RetryCommand(tenant), cancellation)));
        return new SuspenseOutcome(outcomes.Sum(outcome => outcome.Tried), outcomes.Sum(outcome => outcome.Changed));
    }

    /// <summary>Decides that records in suspense are not to be billed.</summary>
    /// <exception cref="Refused"><c>suspense.partition</c>: there is no such partition.</exception>
    public async Task<SuspenseOutcome> VoidSuspenseAsync(TenantId tenant, IReadOnlyList<(int Partition, long Position)> positions, CancellationToken cancellation)
    {
        long tried = 0, resolved = 0;
        foreach (var group in positions.GroupBy(position => position.Partition))
        {
            if (group.Key < 0 || group.Key >= _partitions.Count) throw new Refused("suspense.partition", $"There is no partition {group.Key}; partitions are 0 to {_partitions.Count - 1}.");
            var mine = (await SuspendedAsync(group.Key, tenant, cancellation)).Select(entry => entry.Position).ToHashSet();
            mine.IntersectWith(group.Select(position => position.Position));
            tried += group.Count();
            if (mine.Count > 0) resolved += (await _partitions.ExecuteAsync(group.Key, () => new VoidCommand(mine), cancellation)).Changed;
        }

        return new SuspenseOutcome(tried, resolved);
    }

    private async Task<IEnumerable<LedgerEntry>> SuspendedAsync(int partition, TenantId tenant, CancellationToken cancellation) =>
        await _partitions.SuspenseFromAsync(partition, cancellation) is { } from
            ? (await StoredLedger.SuspenseAsync(Store, Book, partition, from, cancellation)).Select(one => one.Entry).Where(entry => entry.Record.Tenant == tenant)
            : [];

    /// <summary>Received against decided, when what had come has its verdict, or cannot have it just now.</summary>
    public async Task<Reconciliation> ReconcileAsync(TenantId tenant, CancellationToken cancellation)
    {
        var rows = new SortedDictionary<(string Source, long Hour), (long Received, long Decided)>();
        var counted = await _log.ReceivedAsync(cancellation);
        await DecideAsync(cancellation);
        foreach (var received in counted)
            if (received.Tenant == tenant) rows[(received.Source, received.IngestHour)] = (received.Count, 0);
        var verdicts = (await Store.ReadVerdictsAsync(cancellation)).Where(count => count.Tenant == tenant).ToList();
        foreach (var count in verdicts)
        {
            var row = rows.GetValueOrDefault((count.Source, count.IngestHour));
            rows[(count.Source, count.IngestHour)] = (row.Received, row.Decided + count.Count);
        }

        return new Reconciliation(
            [.. rows.Select(row => new ReconciliationRow(tenant, row.Key.Source, row.Key.Hour, row.Value.Received, row.Value.Decided))],
            [.. verdicts.GroupBy(count => (count.Verdict, count.Reason)).OrderBy(group => group.Key).Select(group => (group.Key.Verdict, group.Key.Reason, group.Sum(count => count.Count)))]);
    }

    // What came a moment ago gets its verdict now. A partition that stands still is not waited for long: then the difference is the answer.
    private async Task DecideAsync(CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(ReconcilePatience, _timer);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        await Task.WhenAll(Enumerable.Range(0, _partitions.Count).Select(async partition =>
        {
            try
            {
                await _partitions.DecidedAsync(new Dictionary<int, long> { [partition] = await _log.EndAsync(partition, both.Token) }, both.Token);
            }
            catch (Exception late) when (late is Unavailable || (late is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                return;
            }
        }));
    }

    /// <summary>Waits until everything before these positions (a receipt's ends) has its verdict stored.</summary>
    public Task DecidedAsync(IReadOnlyDictionary<int, long> ends, CancellationToken cancellation) => _partitions.DecidedAsync(ends, cancellation);

    /// <summary>Waits until everything that is in the log now has its verdict stored.</summary>
    public Task CaughtUpAsync(CancellationToken cancellation) => _partitions.CaughtUpAsync(cancellation);

    /// <summary>Waits until everything that is in the log now has its verdict stored, and the alerts that are due for it are stored as far as this process makes them.</summary>
    public async Task AlertedAsync(CancellationToken cancellation)
    {
        await _partitions.CaughtUpAsync(cancellation);
        await Alerts.SettledAsync(cancellation);
    }

    /// <summary>A tenant's alerts from now on, as they are made, until cancelled: of all processes. A listener that is slow, or a process that dies, may miss some; all are in the store.</summary>
    /// <returns>When it listens.</returns>
    public Task<IAsyncEnumerable<StoredAlert>> ListenAsync(TenantId tenant, CancellationToken cancellation) =>
        _partitions.Addresses is { } addresses ? addresses.ListenAsync(tenant, cancellation) : Task.FromResult(_recorder.Listen(tenant, cancellation));

    /// <summary>How each partition is doing.</summary>
    public Task<IReadOnlyList<PartitionStatus>> StatusAsync(CancellationToken cancellation) => _partitions.StatusAsync(cancellation);

    /// <summary>Why this process cannot do its part; none when it can. In a cluster its part is what is served here.</summary>
    public IReadOnlyList<string> NotReady => _partitions.NotReady();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Alerts.DisposeAsync();
        await _partitions.DisposeAsync();
        _keeper.Dispose();
        _billing.Dispose();
    }

    // Stored, and compared as text: what the embedded log has always had stays as it is.
    private static readonly JsonSerializerOptions StoredSettings = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private static string SettingsText(RatingSettings settings) => JsonSerializer.Serialize(new
    {
        log = settings.Log.Length > 0 ? settings.Log : null,
        partitions = settings.Partitions, dedupeHorizonDays = settings.DedupeHorizonDays, lateWindowHours = (long)(settings.LateWindow.BclCompatibleTicks / NodaConstants.TicksPerHour),
        futureToleranceHours = (long)(settings.FutureTolerance.BclCompatibleTicks / NodaConstants.TicksPerHour),
    }, StoredSettings);

    private async Task<SubscriptionEntry> EntryOfAsync(TenantId tenant, SubscriptionId subscription, CancellationToken cancellation)
    {
        if (Find() is { } known) return known;
        // Another process may just have recorded it.
        if (_partitions.Addresses is not null) await _keeper.RefreshAsync(cancellation);
        return Find() ?? throw new Refused("subscription.unknown", $"There is no subscription '{subscription}'.");

        SubscriptionEntry? Find() => Book.Read(book => book.Tenant(tenant)?.Subscriptions.GetValueOrDefault(subscription.Value));
    }

    private BalanceView Balance(SubscriptionEntry entry, SortedDictionary<(int Billing, int Usage), PeriodUsage> usage, List<Snapshot> before, Instant? latest, long lag)
    {
        var subscription = entry.Subscription;
        var today = _clock.GetCurrentInstant().InZone(subscription.Schedule.Zone).Date;
        var open = entry.LastClosing + 1 ?? subscription.FirstPeriod;
        var last = Math.Max(open, Math.Min(subscription.Schedule.NumberOf(today), subscription.LastPeriod ?? int.MaxValue));
        // Usage may lie ahead of today by the tolerance for clocks.
        if (usage.Count > 0) last = Math.Max(last, usage.Keys.Max(key => key.Billing));
        var periods = new List<OpenPeriod>();
        var known = KnownUsage.Of(entry, before);
        for (var number = open; number <= last; number++)
        {
            var terms = entry.Tenant.Terms(entry, number);
            var own = usage.GetValueOrDefault((number, number)) ?? new PeriodUsage();
            var late = usage.Where(pair => pair.Key.Billing == number && pair.Key.Usage != number).ToDictionary(pair => pair.Key.Usage, pair => pair.Value);
            var all = known.With(late);
            var priced = Price.Arrears(terms, own, today, all.StartOf(number)).Lines;
            var lines = Progress.NotYetBilled(priced, Progress.Billed(before, number));
            lines.AddRange(SnapshotMaker.Late(entry, known, late, number));
            lines.AddRange(SubscriptionDiscounts.Of(subscription, lines, terms.LineRounding, [.. before.SelectMany(snapshot => snapshot.Lines)]));
            known = all.With([new KeyValuePair<int, PeriodUsage>(number, own)]);
            periods.Add(new OpenPeriod(terms.Period, lines, own, Progress.UsageCharge(priced, terms.Currency)));
        }

        var currency = entry.Tenant.Catalogs[0].Catalog.Currency;
        return new BalanceView(subscription.Id, subscription.Account, currency, subscription.TermsOn(today).Plan, periods, today, latest, lag) { BookSequence = Book.Sequence };
    }
}
