using System.Reflection;
using Rating.Engine;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>A store with faults that a test asks for.</summary>
public class FaultyStore : DispatchProxy
{
    public IRatingStore Inner { get; set; } = null!;

    public Func<Checkpoint, CancellationToken, Task>? OnCommit { get; set; }

    /// <summary>Whether these alerts are not stored: the store does not answer.</summary>
    public Func<IReadOnlyList<StoredAlert>, bool> LosesAlerts { get; set; } = _ => false;

    public TaskCompletionSource AlertsLost { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static (IRatingStore Store, FaultyStore Faults) Around(IRatingStore inner)
    {
        var store = Create<IRatingStore, FaultyStore>();
        ((FaultyStore)(object)store).Inner = inner;
        return (store, (FaultyStore)(object)store);
    }

    public Func<BookChange, Task>? OnAppend { get; set; }

    /// <summary>Stores the snapshots of a batch, or of none, when it calls what it is given.</summary>
    public Func<long?, IReadOnlyList<StoredSnapshot>, Func<Task>, Task>? OnSnapshots { get; set; }

    /// <summary>What another process stores just before these invoices are.</summary>
    public Func<Task>? BeforeInvoices { get; set; }

    /// <summary>What a call of the method named fails with; null: it does not.</summary>
    public Func<string, Exception?> Fails { get; set; } = _ => null;

    public int LedgerFailures { get; set; }

    /// <summary>How many ledger blocks were read.</summary>
    public int LedgerBlocks { get; private set; }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (Fails(targetMethod!.Name) is { } failure) throw failure;
        switch (targetMethod.Name)
        {
            case nameof(IRatingStore.CommitAsync) when OnCommit is { } wait:
                return CommitAsync(wait, (Checkpoint)args![0]!, (CancellationToken)args[1]!);
            case nameof(IRatingStore.SaveAlertsAsync) when LosesAlerts((IReadOnlyList<StoredAlert>)args![0]!):
                AlertsLost.TrySetResult();
                return Task.FromException<IReadOnlyList<StoredAlert>>(new Unavailable("alerts cannot be stored just now"));
            case nameof(IRatingStore.AppendBookAsync) when OnAppend is { } wait:
                return AppendAsync(wait, (BookChange)args![0]!, (CancellationToken)args[1]!);
            case nameof(IRatingStore.SaveInvoicesAsync) when BeforeInvoices is { } before:
                return InvoicesAsync(before, (IReadOnlyList<StoredInvoice>)args![0]!, (IReadOnlyList<OutboxMessage>)args[1]!, (CancellationToken)args[2]!);
            case nameof(IRatingStore.SaveSnapshotsAsync) when OnSnapshots is { } on:
                return on((long?)args![0], (IReadOnlyList<StoredSnapshot>)args[1]!, () => Inner.SaveSnapshotsAsync((long?)args[0], (IReadOnlyList<StoredSnapshot>)args[1]!, (CancellationToken)args[2]!));
            case nameof(IRatingStore.ReadLedgerAsync):
                return LedgerAsync(Inner.ReadLedgerAsync((int)args![0]!, (long)args[1]!, (IReadOnlySet<int>?)args[2], default));
            case nameof(IRatingStore.ReadLedgerSinceAsync):
                return LedgerAsync(Inner.ReadLedgerSinceAsync((int)args![0]!, (int)args[1]!, (IReadOnlySet<int>)args[2]!, default));
            default:
                return targetMethod.Invoke(Inner, args);
        }
    }

    private async Task CommitAsync(Func<Checkpoint, CancellationToken, Task> wait, Checkpoint checkpoint, CancellationToken cancellation)
    {
        await wait(checkpoint, cancellation);
        await Inner.CommitAsync(checkpoint, cancellation);
    }

    private async Task InvoicesAsync(Func<Task> before, IReadOnlyList<StoredInvoice> invoices, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellation)
    {
        await before();
        await Inner.SaveInvoicesAsync(invoices, messages, cancellation);
    }

    private async Task AppendAsync(Func<BookChange, Task> wait, BookChange change, CancellationToken cancellation)
    {
        await wait(change);
        await Inner.AppendBookAsync(change, cancellation);
    }

    private async IAsyncEnumerable<LedgerBlock> LedgerAsync(IAsyncEnumerable<LedgerBlock> blocks)
    {
        if (LedgerFailures-- > 0) throw new Unavailable("the ledger cannot be read just now");
        await foreach (var block in blocks)
        {
            LedgerBlocks++;
            yield return block;
        }
    }
}
