using System.Runtime.InteropServices;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Log;

namespace Rating.Kafka;

/// <summary>A place in one partition that moves forward as it is read. Not thread-safe.</summary>
internal sealed unsafe class PartitionCursor : IDisposable
{
    /// <summary>How far ahead a position may lie for reading up to it rather than seeking.</summary>
    private const int SkipMax = 4096;

    private const int PollMax = 512;
    private const int FillRecordsMax = 4096;
    private const long FillBytesMax = 4 * 1024 * 1024;
    private readonly KafkaClient _client;
    private readonly string _topic;
    private readonly int _partition;
    private readonly RecordReader _reader;
    private readonly TenantId _defaultTenant;
    private readonly nint[] _messages = new nint[PollMax];
    private readonly GCHandle _self;
    private readonly nint _queue;
    private RecordWindow _window = new();
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _windowStart = -1;
    private bool _isAssigned;

    public PartitionCursor(KafkaClient client, string topic, int partition, TenantId defaultTenant)
    {
        (_client, _topic, _partition, _defaultTenant) = (client, topic, partition, defaultTenant);
        _reader = new RecordReader(defaultTenant);
        _queue = Native.QueueOfPartition(client.Handle, topic, partition);
        Native.QueueForward(_queue, 0);
        _self = GCHandle.Alloc(this);
        Native.QueueOnArrival(_queue, &OnArrival, GCHandle.ToIntPtr(_self));
    }

    /// <summary>The offset that the next record from the broker has at least; -1 when it stands nowhere.</summary>
    public long Next { get; private set; } = -1;

    /// <summary>When it was last used, in ticks of <see cref="Environment.TickCount64"/>.</summary>
    public long LastUseMs { get; private set; }

    /// <summary>The broker said that the position is not in its log.</summary>
    public bool IsOutOfRange { get; private set; }

    /// <summary>What else the broker said about the partition; empty when nothing.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Ends when something came after the last <see cref="Fill"/> that found nothing. Take it before that.</summary>
    public Task Arrival => Volatile.Read(ref _arrived).Task;

    /// <summary>Whether reading from a position needs no seek.</summary>
    public bool Serves(long position) => Next >= 0 && position >= _windowStart && position <= Next + SkipMax;

    /// <summary>Goes to a position that the log holds.</summary>
    public void Seek(long position)
    {
        Leave();
        var list = ListOf(position);
        try
        {
            var error = _isAssigned ? SeekWithin(list) : Native.TakeError(Native.IncrementalAssign(_client.Handle, list));
            if (error is not null) throw new Unavailable($"Partition {_partition} of {_topic} cannot be read from {position}: {error}");
        }
        finally
        {
            Native.ListDestroy(list);
        }

        (_isAssigned, Next, _windowStart) = (true, position, position);
    }

    /// <summary>Stands nowhere, after an error: whoever reads next seeks.</summary>
    public void Leave()
    {
        (Next, _windowStart, IsOutOfRange, Problem) = (-1, -1, false, "");
        Empty();
    }

    /// <summary>Takes what came from the broker, in place of what it took before.</summary>
    public void Fill()
    {
        LastUseMs = Environment.TickCount64;
        if (FillWindow() is > 0 and var count) KafkaTelemetry.ConsumedFrom(_topic, _partition, count);
    }

    private int FillWindow()
    {
        long bytes = 0;
        int records = 0, count;
        while (records < FillRecordsMax && bytes < FillBytesMax)
        {
            fixed (nint* messages = _messages) count = (int)Native.ConsumeBatch(_queue, 0, (Native.Message**)messages, PollMax);
            if (count <= 0) return records;
            if (records == 0)
            {
                Empty();
                _windowStart = Next;
            }

            records += count;
            for (var i = 0; i < count; i++)
            {
                var message = (Native.Message*)_messages[i];
                bytes += (long)message->Length;
                Take(message);
                Native.MessageDestroy(message);
            }

            if (count < PollMax) return records;
        }

        return records;
    }

    private void Empty()
    {
        var isFree = _window.IsFree;
        _reader.Begin(isFree);
        if (isFree) _window.Records.Clear();
        else _window = new RecordWindow();
    }

    /// <summary>Gives records from a position on, out of what was filled.</summary>
    public bool TryTake(long position, int recordsMax, out IReadOnlyList<LogRecord> records)
    {
        records = [];
        if (position < _windowStart || position >= Next) return false;
        // Gaps make the index unequal to the distance, and never larger.
        var all = _window.Records;
        var (low, high) = (0, (int)Math.Min(all.Count, position - _windowStart));
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (all[middle].Position < position) low = middle + 1;
            else high = middle;
        }

        records = _window.Part(low, Math.Min(recordsMax, all.Count - low));
        return true;
    }

    /// <summary>Tells lag tools how far this partition is read; best effort.</summary>
    public void StorePosition(long position)
    {
        if (!_isAssigned) return;
        var list = ListOf(position);
        _ = Native.OffsetsStore(_client.Handle, list);
        Native.ListDestroy(list);
    }

    public void Dispose()
    {
        Native.QueueOnArrival(_queue, null, 0);
        Native.QueueDestroy(_queue);
        _self.Free();
    }

    [UnmanagedCallersOnly]
    private static void OnArrival(nint client, nint state)
    {
        if (GCHandle.FromIntPtr(state).Target is PartitionCursor cursor)
            Interlocked.Exchange(ref cursor._arrived, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private nint ListOf(long offset)
    {
        var list = Native.ListNew(1);
        Native.ListAdd(list, _topic, _partition)->Offset = offset;
        return list;
    }

    // Right after its assignment a partition cannot be moved yet.
    private string? SeekWithin(nint list)
    {
        string? error = null;
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if ((error = Native.TakeError(Native.SeekPartitions(_client.Handle, list, 5_000))) is not null) return error;
            var code = Native.First(list)->Error;
            if (code == 0) return null;
            error = Native.TextOf(code);
            if (code != Native.State) return error;
            Thread.Sleep(10);
        }

        return error;
    }

    private void Take(Native.Message* message)
    {
        switch (message->Error)
        {
            case 0:
                if (Next < 0 || message->Offset < Next) return;
                Gap(message->Offset);
                _window.Records.Add(_reader.Read(message));
                Next = message->Offset + 1;
                break;
            case Native.PartitionEof:
                // At the end, markers of transactions lie between the last record and the end offset.
                if (Next >= 0) Gap(message->Offset);
                break;
            case Native.AutoOffsetReset or Native.LogTruncation or Native.OffsetOutOfRange:
                IsOutOfRange = true;
                break;
            default:
                Problem = Native.TextOf(message->Error);
                break;
        }
    }

    // Offsets that no reader will ever get: markers, aborted transactions. The engine must move past them knowingly.
    private void Gap(long to)
    {
        if (to <= Next) return;
        _window.Records.Add(new LogRecord(to - 1, _defaultTenant, LogRecordKind.Gap, 0, ReadOnlyMemory<byte>.Empty));
        Next = to;
    }
}
