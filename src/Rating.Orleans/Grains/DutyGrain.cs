using Orleans;
using Orleans.Runtime;
using Rating.Engine;
using Rating.Orleans.Contracts;
using Rating.Orleans.Nodes;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Grains;

/// <summary>Does its duty for as long as it is active, and stays where it is; where its silo goes, the next call of a keeper begins it elsewhere.</summary>
[GrainType(TypeName)]
[RendezvousPlacement]
internal sealed class DutyGrain(Node node) : Grain, IDutyGrain, IAsyncDisposable
{
    public const string TypeName = "rating.duty";
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await node.Started.WaitAsync(cancellationToken);
        // Right after its start a silo may not have it yet.
        var run = node.Duties.GetValueOrDefault(this.GetPrimaryKeyString()) ?? throw new Unavailable($"This silo does not do '{this.GetPrimaryKeyString()}' yet.");
        DelayDeactivation(TimeSpan.MaxValue);
        _running = Task.Run(() => run(_stop.Token), CancellationToken.None);
        NodeLog.Duty(node.Logger, this.GetPrimaryKeyString());
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => EndAsync();

    public Task KeepAsync()
    {
        // One that failed is begun anew.
        if (_running.IsCompleted) DeactivateOnIdle();
        return Task.CompletedTask;
    }

    // A grain that is to end before Orleans took note that it has begun is not told; disposed of is every one.
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _stop.Dispose();
    }

    private async Task EndAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }
}
