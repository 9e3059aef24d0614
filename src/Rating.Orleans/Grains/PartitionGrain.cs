using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Partitions;
using Rating.Orleans.Contracts;
using Rating.Orleans.Nodes;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Grains;

/// <summary>Owns one partition for as long as it is the activation that took its epoch last: the store refuses every other one, which then ends.</summary>
[GrainType(TypeName)]
[Reentrant]
[RendezvousPlacement]
internal sealed class PartitionGrain(Node node, ILocalSiloDetails silo, ISiloStatusOracle silos) : Grain, IPartitionGrain, IAsyncDisposable
{
    public const string TypeName = "rating.partition";
    private ServedPartition? _served;

    private int Id => (int)this.GetPrimaryKeyLong();

    private ServedPartition Served => _served ?? throw new Unavailable($"Partition {Id} is not loaded.");

    private PartitionRunner Runner => Served.Runner;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await node.Started.WaitAsync(cancellationToken);
        if (node.HasLeft(Id)) throw new Unavailable($"Partition {Id} belongs to another silo.");
        DelayDeactivation(TimeSpan.MaxValue);
        var runner = new PartitionRunner(Id, node.Log, node.Store, node.Keeper.Book, node.Settings, node.Time) { OnLost = Lost, OnTouched = node.Engine.Alerts.Look };
        _served = new ServedPartition(runner, LeaveAsync);
        runner.Run();
        // An activation that is ending may still stand there.
        node.Served[Id] = _served;
        NodeLog.Serving(node.Logger, Id);
        node.Changed.Tell();
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => EndAsync();

    public Task KeepAsync() => Task.CompletedTask;

    public async Task<CommandOutcome> ExecuteAsync(CommandMessage command)
    {
        await node.Keeper.FollowAsync(command.BookSequence, CancellationToken.None);
        var (tried, changed) = await Runner.ExecuteAsync(() => Commands.Command(command, node), CancellationToken.None);
        await KnownAsync(CancellationToken.None);
        return new CommandOutcome(tried, changed);
    }

    public async Task<UsageMessage> UsageAsync(int subscription, long bookSequence)
    {
        await node.Keeper.FollowAsync(bookSequence, CancellationToken.None);
        var usage = await Served.UsageAsync(subscription, bookSequence, node.Time);
        return new UsageMessage(usage.WriteUsage(), usage.BookSequence, usage.Lag);
    }

    public async Task<int[]> BilledWithAsync(int[] subscriptions, int[] periods) =>
        [.. await Runner.BilledWithAsync([.. subscriptions.Zip(periods)], CancellationToken.None)];

    public async Task<bool> TookUpAsync(long bookSequence)
    {
        await node.Keeper.FollowAsync(bookSequence, CancellationToken.None);
        return await InTimeAsync(patience => Runner.TookUpAsync(bookSequence, patience));
    }

    public Task<bool> DecidedAsync(long position) => InTimeAsync(async patience =>
    {
        await Runner.DecidedAsync(position, patience);
        await KnownAsync(patience);
    });

    public Task<StatusMessage> StatusAsync() => Task.FromResult(Runner.Status is var status
        ? new StatusMessage(status.Position, status.Committed, status.End, (byte)status.State, status.Problem, silo.SiloAddress.ToParsableString())
        : null!);

    public Task<SuspenseMessage[]> SuspenseAsync(string tenant) => Task.FromResult(Runner.Suspense(new TenantId(tenant)).Select(group => new SuspenseMessage
    {
        Reason = (byte)group.Reason, Subject = group.Subject, Type = group.Type, Count = group.Count, FirstTicks = group.First.ToUnixTimeTicks(), LastTicks = group.Last.ToUnixTimeTicks(),
    }).ToArray());

    public async Task<long> SuspenseFromAsync() => await Runner.SuspenseFromAsync(CancellationToken.None) ?? -1;

    // A grain that is to end before Orleans took note that it has begun is not told; disposed of is every one.
    public ValueTask DisposeAsync() => new(EndAsync());

    // Whoever is told that a record has its verdict finds it in the running charge, through whatever silo: by then nobody goes by what this partition told before.
    private async Task KnownAsync(CancellationToken cancellation)
    {
        var age = TimeSpan.FromMilliseconds(Limits.HoldingsAgeMillisMax);
        // One that has just joined may have asked before it is seen.
        if (silos.GetActiveSilos().Length < 2 && node.SinceAsked > age) return;
        if (age - Runner.SinceNewestHolding is var left && left > TimeSpan.Zero) await Task.Delay(left, node.Time, cancellation);
    }

    private async Task<bool> InTimeAsync(Func<CancellationToken, Task> wait)
    {
        using var patience = new CancellationTokenSource(ServedPartition.WaitMax, node.Time);
        try
        {
            await wait(patience.Token);
            return true;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Lost()
    {
        NodeLog.Lost(node.Logger, Id);
        GrainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "another owner has the partition"), CancellationToken.None);
    }

    private async Task LeaveAsync()
    {
        // What waits on it is released first, and asks the next activation.
        node.Leave(Id);
        await EndAsync();
        GrainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.Migrating, "the partition belongs to another silo"), CancellationToken.None);
        await GrainContext.Deactivated;
    }

    // However it ends: nobody in this silo asks what has stopped.
    private async Task EndAsync()
    {
        if (_served is not { } served) return;
        await served.Runner.DisposeAsync();
        if (!node.Served.TryRemove(new KeyValuePair<int, ServedPartition>(Id, served))) return;
        if (served.Runner.Redone > 0) NodeLog.NotStored(node.Logger, Id, served.Runner.Status.Problem);
        NodeLog.HandedOver(node.Logger, Id, served.Runner.Redone);
        node.Changed.Tell();
    }
}
