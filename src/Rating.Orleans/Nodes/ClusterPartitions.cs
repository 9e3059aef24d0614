using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NodaTime;
using NodaTime.Text;
using Orleans;
using Orleans.Metadata;
using Orleans.Runtime;
using Orleans.Streams;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Books;
using Rating.Engine.Closing;
using Rating.Engine.Documents;
using Rating.Engine.Partitions;
using Rating.Engine.Store;
using Rating.Engine.Views;
using Rating.Orleans.Contracts;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Nodes;

/// <summary>The partitions of a cluster, as one of its processes sees them: those that are served here are asked directly, the others through their grains.</summary>
internal sealed class ClusterPartitions(Node node, IServiceProvider silo, IHost? host) : IPartitionHost, IAddresses
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan WatchEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A listener that is slow misses the oldest; all are in the store.</summary>
    private const int AlertsWaitingMax = 1_000;
    private readonly CancellationTokenSource _stop = new();
    private IReadOnlyList<Task> _loops = [];
    private IGrainFactory? _grains;
    private ISiloStatusOracle? _silos;

    public int Count => node.Log.Partitions;

    public IAddresses Addresses => this;

    public (long Bytes, long Count) RememberedIds =>
        node.Served.Values.Aggregate((0L, 0L), (sum, served) => (sum.Item1 + served.Runner.RememberedIds.Bytes, sum.Item2 + served.Runner.RememberedIds.Count));

    private IGrainFactory Grains => _grains ?? throw new Unavailable("This process has not joined the cluster yet.");

    public async Task StartAsync(CancellationToken cancellation)
    {
        if (host is not null)
        {
            try
            {
                await host.StartAsync(cancellation);
            }
            catch (Exception wrong) when (wrong is not OperationCanceledException and not Refused)
            {
                throw new Unavailable($"The cluster cannot be joined: {wrong.Message}", wrong);
            }
        }

        _grains = silo.GetRequiredService<IGrainFactory>();
        _silos = silo.GetRequiredService<ISiloStatusOracle>();
        node.Start();
        NodeLog.Joined(node.Logger, _silos.SiloAddress.ToParsableString(), node.Cluster.Cluster);
        var keeper = new PartitionKeeper(node, _grains, _silos, silo.GetRequiredService<IClusterManifestProvider>());
        _loops =
        [
            KeepAsync("placing partitions", keeper.RunAsync, _stop.Token),
            KeepAsync("following the book", new BookFollower(node).RunAsync, _stop.Token),
            KeepAsync("following the holders", new HolderFollower(node, _grains, _silos).RunAsync, _stop.Token),
            KeepAsync("keeping duties", new DutyKeeper(node, _grains).RunAsync, _stop.Token),
            KeepAsync("starting the calendar", StartCalendarAsync, _stop.Token),
        ];
    }

    public void RunAlone(string name, Func<CancellationToken, Task> run) => node.Duties[name] = run;

    public void BookChanged()
    {
        foreach (var served in node.Served.Values) served.Runner.Wake();
    }

    public Task<(long Tried, long Changed)> ExecuteAsync(int partition, Func<PartitionCommand> command, CancellationToken cancellation)
    {
        var message = Commands.Message(command());
        return AskAsync(
            partition,
            Timeout.InfiniteTimeSpan,
            async grain =>
            {
                var outcome = await grain.ExecuteAsync(message);
                return (outcome.Tried, outcome.Changed);
            },
            cancellation);
    }

    public Task<PartitionUsage> UsageAsync(int partition, int subscription, long sequence, CancellationToken cancellation)
    {
        if (!node.Served.ContainsKey(partition) && node.Holders.LacksAsOf(partition, subscription, sequence) is { } lag) return Task.FromResult(PartitionUsage.Nothing(sequence, lag));
        return AskAsync(
            partition,
            Patience,
            async grain =>
            {
                if (node.Served.TryGetValue(partition, out var served)) return await served.UsageAsync(subscription, sequence, node.Time);
                Telemetry.AskedElsewhere();
                var usage = await grain.UsageAsync(subscription, sequence);
                return PartitionUsage.Read(usage.Block, usage.BookSequence, usage.Lag);
            },
            cancellation);
    }

    public async Task<IReadOnlyList<int>> BilledWithAsync(int partition, IReadOnlyList<(int Subscription, int Period)> asked, CancellationToken cancellation)
    {
        var found = new List<int>();
        foreach (var part in asked.Chunk(10_000))
            found.AddRange(await AskAsync(partition, Timeout.InfiniteTimeSpan, grain => grain.BilledWithAsync([.. part.Select(one => one.Subscription)], [.. part.Select(one => one.Period)]), cancellation));
        return found;
    }

    public async Task TookUpAsync(long sequence, CancellationToken cancellation)
    {
        // Nodes that serve no partition should know it, too: the next request may go there. One that does not answer finds it by itself.
        var told = Task.WhenAll(Others().Select(other => other.FollowAsync(sequence)));
        await Task.WhenAll(Enumerable.Range(0, Count).Select(partition => UntilAsync(partition, grain => grain.TookUpAsync(sequence), cancellation)));
        try
        {
            await told.WaitAsync(cancellation);
        }
        catch (Exception silent) when (Passes(silent))
        {
            return;
        }
    }

    public Task DecidedAsync(IReadOnlyDictionary<int, long> ends, CancellationToken cancellation) =>
        Task.WhenAll(ends.Select(end => UntilAsync(end.Key, grain => grain.DecidedAsync(end.Value), cancellation)));

    public async Task CaughtUpAsync(CancellationToken cancellation)
    {
        var ends = new Dictionary<int, long>();
        for (var id = 0; id < Count; id++) ends[id] = await node.Log.EndAsync(id, cancellation);
        await DecidedAsync(ends, cancellation);
    }

    public async Task<IReadOnlyList<PartitionStatus>> StatusAsync(CancellationToken cancellation) => await Task.WhenAll(Enumerable.Range(0, Count).Select(async partition =>
    {
        try
        {
            var status = await AskAsync(partition, TimeSpan.Zero, grain => grain.StatusAsync(), cancellation);
            return new PartitionStatus(partition, status.Position, status.Committed, status.End, Enum.IsDefined((PartitionState)status.State) ? (PartitionState)status.State : PartitionState.Waiting, status.Problem);
        }
        catch (Unavailable silent)
        {
            return new PartitionStatus(partition, 0, 0, node.Log.EndSeen(partition), PartitionState.Waiting, silent.Message);
        }
    }));

    public IReadOnlyList<string> NotReady()
    {
        if (_silos is not { CurrentStatus: SiloStatus.Active } silos) return ["this silo is not an active member of the cluster"];
        var reasons = new List<string>();
        var active = silos.GetActiveSilos();
        for (var partition = 0; partition < Count; partition++)
        {
            if (!Rendezvous.OfPartition(partition, active).Equals(silos.SiloAddress)) continue;
            if (!node.Served.TryGetValue(partition, out var served)) reasons.Add($"partition {partition} belongs here and is not here yet");
            else if (served.Runner.Status.WhyNot is { } why) reasons.Add(why);
        }

        return reasons;
    }

    public async Task<IReadOnlyList<SuspenseGroup>> SuspenseAsync(TenantId tenant, CancellationToken cancellation)
    {
        var groups = await Task.WhenAll(Enumerable.Range(0, Count).Select(partition => AskAsync(partition, Patience, grain => grain.SuspenseAsync(tenant.Value), cancellation)));
        return [.. groups.SelectMany(some => some).Select(group => new SuspenseGroup(
            tenant, (VerdictReason)group.Reason, group.Subject, group.Type, group.Count, Instant.FromUnixTimeTicks(group.FirstTicks), Instant.FromUnixTimeTicks(group.LastTicks)))];
    }

    public async Task<long?> SuspenseFromAsync(int partition, CancellationToken cancellation) =>
        await AskAsync(partition, Patience, grain => grain.SuspenseFromAsync(), cancellation) is var from and >= 0 ? from : null;

    public async Task<string> BalanceAsync(TenantId tenant, SubscriptionId subscription, CancellationToken cancellation)
    {
        var grain = Grains.GetGrain<ISubscriptionGrain>(GrainKey.Of(tenant.Value, subscription.Value));
        return (await AskAsync("The subscription", Patience, () => grain.BalanceAsync(node.Keeper.Book.Sequence), cancellation)).Document;
    }

    public async IAsyncEnumerable<string> WatchAsync(TenantId tenant, SubscriptionId subscription, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        var key = GrainKey.Of(tenant.Value, subscription.Value);
        var newest = Channel.CreateBounded<string>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var stream = silo.GetRequiredService<IClusterClient>().GetStreamProvider(SiloSetup.Streams).GetStream<BalanceMessage>(StreamId.Create(SiloSetup.Balances, key));
        var heard = await stream.SubscribeAsync((balance, _) => newest.Writer.WriteAsync(balance.Document, CancellationToken.None).AsTask());
        var asking = KeepAsync("watching a running charge", stop => AskAgainAsync(Grains.GetGrain<ISubscriptionGrain>(key), stop), both.Token);
        try
        {
            var last = "";
            while (await newest.Reader.WaitToReadAsync(both.Token))
                if (newest.Reader.TryRead(out var document) && document != last) yield return last = document;
        }
        finally
        {
            await both.CancelAsync();
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            heard.UnsubscribeAsync().Ignore();
        }
    }

    public async Task TellAsync(StoredAlert alert)
    {
        try
        {
            await AlertStream(alert.Tenant).OnNextAsync(new AlertMessage
            {
                Tenant = alert.Tenant.Value, Subscription = alert.Subscription.Value, Period = alert.Period, Alert = alert.Alert, Threshold = alert.Threshold, Step = alert.Step, Document = alert.Document,
            });
        }
        catch (Exception error) when (Passes(error))
        {
            // Whoever listens misses it here and finds it in the store.
            return;
        }
    }

    public async Task<IAsyncEnumerable<StoredAlert>> ListenAsync(TenantId tenant, CancellationToken cancellation)
    {
        var waiting = Channel.CreateBounded<AlertMessage>(new BoundedChannelOptions(AlertsWaitingMax) { FullMode = BoundedChannelFullMode.DropOldest });
        var heard = await AlertStream(tenant).SubscribeAsync((alert, _) => waiting.Writer.WriteAsync(alert, CancellationToken.None).AsTask());
        return ReadAsync(cancellation);

        async IAsyncEnumerable<StoredAlert> ReadAsync([EnumeratorCancellation] CancellationToken given)
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(given, _stop.Token);
            try
            {
                await foreach (var alert in waiting.Reader.ReadAllAsync(both.Token))
                    yield return new StoredAlert(new TenantId(alert.Tenant), new SubscriptionId(alert.Subscription), alert.Period, alert.Alert, alert.Threshold, alert.Step, alert.Document);
            }
            finally
            {
                heard.UnsubscribeAsync().Ignore();
            }
        }
    }

    public async Task<Closed> FinishAsync(CloseBatch batch, CancellationToken cancellation)
    {
        var grain = Grains.GetGrain<IBatchGrain>(batch.Number);
        var done = await AskAsync("The close", Timeout.InfiniteTimeSpan, () => grain.FinishAsync(batch.Sequence), cancellation);
        var closed = new Closed();
        closed.Add(done.Snapshots, (done.SnapshotDocuments ?? []).Select(BillingDocuments.ReadSnapshot), done.Parked.Zip(done.Why));
        return closed;
    }

    public async Task<string> CloseAsync(TenantId tenant, AccountId? account, SubscriptionId? subscription, LocalDate? through, CancellationToken cancellation)
    {
        var grain = Grains.GetGrain<IAccountGrain>(GrainKey.Of(tenant.Value, account?.Value ?? ""));
        var order = new CloseOrder(subscription?.Value ?? "", through is { } day ? LocalDatePattern.Iso.Format(day) : "", node.Keeper.Book.Sequence);
        // Where its silo goes meanwhile, it goes on in another one.
        return (await AskAsync("The account", Timeout.InfiniteTimeSpan, () => grain.CloseAsync(order), cancellation)).Document
            ?? throw new Unavailable("An older silo closed; what it did is in the store.");
    }

    public async Task<IReadOnlyList<InvoiceSummary>> BillAsync(TenantId tenant, AccountId account, bool activations, bool thresholds, CancellationToken cancellation)
    {
        // A silo of an older version does not know the order, and may have the account: until all do, this process makes them, and keys decide.
        if (!AllKnowBill()) return await node.Engine.BillHereAsync(tenant, account, activations, thresholds, cancellation);
        var grain = Grains.GetGrain<IAccountGrain>(GrainKey.Of(tenant.Value, account.Value));
        var made = await AskAsync("The account", Timeout.InfiniteTimeSpan, () => grain.BillAsync(new BillOrder(activations, thresholds, node.Keeper.Book.Sequence)), cancellation);
        return [.. made.Select(invoice => new InvoiceSummary(invoice.Number, invoice.Account, invoice.Cycle, invoice.Date, invoice.Total, invoice.Currency))];
    }

    public async Task<CloseProgress> CloseProgressAsync(TenantId tenant, CancellationToken cancellation)
    {
        var sum = node.Engine.CloseProgressHere(tenant);
        foreach (var asked in Others().Select(other => other.CloseProgressAsync(tenant.Value)).ToList())
        {
            try
            {
                var there = await asked.WaitAsync(cancellation);
                sum = new CloseProgress(sum.Done + there.Done, sum.Of + there.Of);
            }
            catch (Exception silent) when (Passes(silent))
            {
                // It goes, or is of a version that does not know the question.
                continue;
            }
        }

        return sum;
    }

    public async ValueTask DisposeAsync()
    {
        node.IsLeaving = true;
        await _stop.CancelAsync();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // While this silo is a member nobody else opens its partitions. Once it says that it goes somebody may, and what is not stored by then is refused and redone there.
        await Task.WhenAll(node.Served.Values.Select(served => served.Runner.DisposeAsync().AsTask()));
        if (host is not null)
        {
            // The grains end; the other silos serve their partitions.
            await host.StopAsync(CancellationToken.None);
            if (host is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
            else host.Dispose();
        }

        _stop.Dispose();
    }

    private IAsyncStream<AlertMessage> AlertStream(TenantId tenant) =>
        silo.GetRequiredService<IClusterClient>().GetStreamProvider(SiloSetup.Streams).GetStream<AlertMessage>(StreamId.Create(SiloSetup.Alerts, tenant.Value));

    // Passes: a silo went, a partition moves, a call was given up. The same call may be made again, elsewhere.
    internal static bool Passes(Exception error) => error is Unavailable or OrleansException or TimeoutException;

    // Whatever goes wrong in what this silo does besides, only its stop ends it: a rolling upgrade, a refused login, a fault of the program must not end it for good.
    private Task KeepAsync(string what, Func<CancellationToken, Task> run, CancellationToken cancellation) => Task.Run(
        async () =>
        {
            while (true)
            {
                try
                {
                    await run(cancellation);
                    return;
                }
                catch (Exception error) when (!cancellation.IsCancellationRequested)
                {
                    NodeLog.Failed(node.Logger, what, error.Message);
                }

                await Task.Delay(Again, node.Time, cancellation);
            }
        },
        CancellationToken.None);

    // Wherever the subscription is by now: its silo may go, or it may move.
    private async Task AskAgainAsync(ISubscriptionGrain subscription, CancellationToken cancellation)
    {
        while (true)
        {
            await AskAsync("The subscription", Timeout.InfiniteTimeSpan, () => DoneAsync(subscription.WatchAsync(node.Keeper.Book.Sequence)), cancellation);
            await Task.Delay(WatchEvery, node.Time, cancellation);
        }
    }

    // Until it is done: a cluster whose calendar nobody looks at closes nothing.
    private Task StartCalendarAsync(CancellationToken cancellation)
    {
        var calendar = Grains.GetGrain<ICalendarGrain>(0);
        return AskAsync("The calendar", Timeout.InfiniteTimeSpan, () => DoneAsync(calendar.StartAsync()), cancellation);
    }

    private static async Task<bool> DoneAsync(Task done)
    {
        await done;
        return true;
    }

    private bool AllKnowBill() => silo.GetRequiredService<IClusterManifestProvider>().Current.Silos.Values.All(one => one.Interfaces.Any(
        contract => contract.Key.ToString().EndsWith(nameof(IAccountGrain), StringComparison.Ordinal) && contract.Value.Properties.TryGetValue(WellKnownGrainInterfaceProperties.Version, out var version) && version != "0"));

    private IEnumerable<INodeGrain> Others() => _silos is not { } silos ? [] : silos.GetActiveSilos().Where(other => !other.Equals(silos.SiloAddress)).Select(other => Grains.GetGrain<INodeGrain>(other.ToParsableString()));

    private Task<bool> UntilAsync(int partition, Func<IPartitionGrain, Task<bool>> isSo, CancellationToken cancellation) => AskAsync(
        partition,
        Timeout.InfiniteTimeSpan,
        async grain =>
        {
            while (!await isSo(grain)) cancellation.ThrowIfCancellationRequested();
            return true;
        },
        cancellation);

    private Task<T> AskAsync<T>(int partition, TimeSpan patience, Func<IPartitionGrain, Task<T>> ask, CancellationToken cancellation)
    {
        var grain = Grains.GetGrain<IPartitionGrain>(partition);
        return AskAsync($"Partition {partition}", patience, () => ask(grain), cancellation);
    }

    private async Task<T> AskAsync<T>(string whom, TimeSpan patience, Func<Task<T>> ask, CancellationToken cancellation)
    {
        var since = node.Time.GetTimestamp();
        while (true)
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
            try
            {
                return await ask().WaitAsync(both.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                throw new Unavailable("The engine is stopping.");
            }
            catch (Exception error) when (Passes(error))
            {
                if (_stop.IsCancellationRequested || error is Unavailable { IsLasting: true } || (patience != Timeout.InfiniteTimeSpan && node.Time.GetElapsedTime(since) >= patience))
                    throw error as Unavailable ?? new Unavailable($"{whom} cannot be reached in the cluster just now: {error.Message}", error);
            }

            await Task.Delay(Pause, node.Time, cancellation);
        }
    }
}
