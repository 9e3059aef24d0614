namespace Rating.Engine.Log;

/// <summary>The partitioned, ordered, durable log of usage. What it acknowledged is read again after any crash.</summary>
public interface IUsageLog : IAsyncDisposable
{
    /// <summary>How many partitions it has.</summary>
    int Partitions { get; }

    /// <summary>Adds records, in this order within each partition, and counts them as received.</summary>
    /// <returns>When all are durable: per partition that took some, the position after its last.</returns>
    /// <exception cref="Unavailable">The log could not be written; some records may be in it nevertheless, and may be sent again.</exception>
    Task<IReadOnlyDictionary<int, long>> AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellation);

    /// <summary>Reads what is there from a position on, without waiting.</summary>
    /// <returns>At most <paramref name="recordsMax"/> consecutive records; none when the position is the end. Positions that hold nothing are covered by a <see cref="LogRecordKind.Gap"/>. A list that can be disposed of may be, once all that it holds was read: its memory is used again then.</returns>
    /// <exception cref="LogRangeMissingException">The position is before the first record that is kept, or after the end.</exception>
    ValueTask<IReadOnlyList<LogRecord>> ReadAsync(int partition, long position, int recordsMax, CancellationToken cancellation);

    /// <summary>Waits until a partition has records beyond a position.</summary>
    Task WaitAsync(int partition, long position, CancellationToken cancellation);

    /// <summary>The position that the next record of a partition will have.</summary>
    ValueTask<long> EndAsync(int partition, CancellationToken cancellation);

    /// <summary>The end of a partition as far as this process has seen it, without asking anybody: never behind what was appended, read or asked here. For lag, not for decisions.</summary>
    long EndSeen(int partition);

    /// <summary>All that was received, per tenant, source and hour.</summary>
    Task<IReadOnlyList<ReceivedCount>> ReceivedAsync(CancellationToken cancellation);
}
