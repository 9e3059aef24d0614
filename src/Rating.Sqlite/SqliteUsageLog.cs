using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Log;

namespace Rating.Sqlite;

/// <summary>The embedded usage log: a SQLite file of record blocks, written by one thread that gathers concurrent appends into one commit.</summary>
public sealed class SqliteUsageLog : IUsageLog
{
    /// <summary>A commit takes no further appends once it has this many records.</summary>
    internal const int CommitRecordsMax = 50_000;

    private const long ReadBytesMax = 8 * 1024 * 1024;

    private const string InsertBlock = "INSERT INTO block (partition, first_position, records, bytes) VALUES ($partition, $first, $records, $bytes)";

    private const string AddReceived = """
        INSERT INTO received (tenant, source, ingest_hour, count) VALUES ($tenant, $source, $hour, $count)
        ON CONFLICT DO UPDATE SET count = count + excluded.count
        """;

    private const string SelectBounds = """
        SELECT id, start_position, max(start_position, coalesce((SELECT first_position + records FROM block WHERE partition = id ORDER BY first_position DESC LIMIT 1), 0))
        FROM partition ORDER BY id
        """;

    private const string SelectBlocks = """
        SELECT first_position, records, bytes FROM block
        WHERE partition = $partition AND first_position >= coalesce((SELECT max(first_position) FROM block WHERE partition = $partition AND first_position <= $position), 0)
        ORDER BY first_position
        """;

    private readonly SqliteDatabase _database;
    private readonly Partition[] _partitions;
    private readonly GroupWriter<Append> _writer;
    private readonly LogBlock[] _blocks; // of the writer
    private readonly long[] _next; // of the writer: where the next record goes, committed or not
    private bool _mustReload; // of the writer: the last commit failed, so only the file knows where the log ends

    private SqliteUsageLog(SqliteDatabase database, Partition[] partitions)
    {
        (_database, _partitions) = (database, partitions);
        _blocks = [.. partitions.Select(_ => new LogBlock())];
        _next = [.. partitions.Select(partition => partition.End)];
        _writer = new GroupWriter<Append>("usage log writer", database, CommitRecordsMax, Apply, Ended);
    }

    /// <inheritdoc/>
    public int Partitions => _partitions.Length;

    /// <summary>See <see cref="SqliteDatabase.PagesMax"/>.</summary>
    internal long? PagesMax
    {
        set => _database.PagesMax = value;
    }

    /// <summary>Opens a log file, and makes it when there is none.</summary>
    /// <exception cref="Refused"><c>data.partitions</c>: it was made with another number of partitions; <c>data.newer</c>; <c>data.damaged</c>.</exception>
    /// <exception cref="Unavailable">It cannot be read or written now.</exception>
    public static SqliteUsageLog Open(string path, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        var database = new SqliteDatabase(path, "log");
        try
        {
            using (var session = database.OpenWriter())
            {
                session.Run("BEGIN IMMEDIATE");
                var found = session.Number("SELECT count(*) FROM partition");
                if (found == 0)
                {
                    for (var id = 0; id < partitions; id++) session.Run("INSERT INTO partition (id) VALUES ($id)", ("$id", id));
                }
                else if (found != partitions)
                {
                    throw new Refused("data.partitions", $"The usage log {path} was made with {found} partitions; {partitions} were asked for. Duplicates are recognised per partition, so the number stays for the life of the data: ask for {found}, or start a new data folder.");
                }

                session.Run("COMMIT");
            }

            return new SqliteUsageLog(database, [.. database.Read(Bounds).Select(bounds => new Partition(bounds.Start, bounds.End))]);
        }
        catch (SqliteException e)
        {
            database.Dispose();
            throw database.Translate(e);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<int, long>> AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellation)
    {
        foreach (var record in records)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(record.Partition);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(record.Partition, _partitions.Length);
        }

        cancellation.ThrowIfCancellationRequested();
        var append = new Append(records);
        // In one process, so the trace need not travel with the records.
        var trace = Telemetry.TraceToCarry;
        if (records.Count > 0) await _writer.WriteAsync(append, cancellation);
        if (trace is not null)
            foreach (var (partition, end) in append.Ends) Telemetry.Note(partition, end - 1, trace);
        return append.Ends;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(int partition, long position, int recordsMax, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var from = _partitions[partition];
        var (start, end) = (from.Start, from.End);
        if (position < start || position > end) throw new LogRangeMissingException(partition, position, start, end);
        if (position == end || recordsMax <= 0) return new([]);

        var result = new List<LogRecord>((int)Math.Min(recordsMax, end - position));
        if (from.LastRead is { } block && block[0].Position <= position && position <= block[^1].Position) Take(block, position, recordsMax, result);
        if (result.Count < recordsMax && position + result.Count < end) ReadBlocks(partition, position, recordsMax, end, result);
        return new(result);
    }

    /// <inheritdoc/>
    public Task WaitAsync(int partition, long position, CancellationToken cancellation) => _partitions[partition].WaitAsync(position, cancellation);

    /// <inheritdoc/>
    public ValueTask<long> EndAsync(int partition, CancellationToken cancellation) => new(_partitions[partition].End);

    /// <inheritdoc/>
    public long EndSeen(int partition) => _partitions[partition].End;

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReceivedCount>> ReceivedAsync(CancellationToken cancellation) => Task.FromResult(_database.Read<IReadOnlyList<ReceivedCount>>(session =>
    {
        var counts = new List<ReceivedCount>();
        using var rows = session.Query("SELECT tenant, source, ingest_hour, count FROM received");
        while (rows.Read()) counts.Add(new ReceivedCount(new TenantId(rows.GetString(0)), rows.GetString(1), rows.GetInt64(2), rows.GetInt64(3)));
        return counts;
    }));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        foreach (var partition in _partitions) partition.Stop();
        _database.Dispose();
    }

    private static List<(long Start, long End)> Bounds(SqliteSession session)
    {
        var bounds = new List<(long, long)>();
        using var rows = session.Query(SelectBounds);
        while (rows.Read())
        {
            Invariant.Holds(rows.GetInt32(0) == bounds.Count, "The partitions of the usage log are 0, 1, 2, ...");
            bounds.Add((rows.GetInt64(1), rows.GetInt64(2)));
        }

        return bounds;
    }

    private static void Take(LogRecord[] block, long position, int recordsMax, List<LogRecord> result)
    {
        var (skip, had) = ((int)(position - block[0].Position), result.Count);
        var count = Math.Min(block.Length - skip, recordsMax - had);
        CollectionsMarshal.SetCount(result, had + count);
        block.AsSpan(skip, count).CopyTo(CollectionsMarshal.AsSpan(result)[had..]);
    }

    private void ReadBlocks(int partition, long position, int recordsMax, long end, List<LogRecord> result) => _database.Read(session =>
    {
        long bytes = 0;
        using var rows = session.Query(SelectBlocks, ("$partition", partition), ("$position", position + result.Count));
        while (result.Count < recordsMax && position + result.Count < end && bytes < ReadBytesMax)
        {
            var next = position + result.Count;
            if (!rows.Read() || rows.GetInt64(0) > next || rows.GetInt64(0) + rows.GetInt64(1) <= next) throw new LogRangeMissingException(partition, next, _partitions[partition].Start, end);
            var block = LogBlock.Read(rows.GetFieldValue<byte[]>(2), rows.GetInt64(0), rows.GetInt32(1));
            foreach (var record in block) bytes += record.Payload.Length;
            Take(block, next, recordsMax, result);
            _partitions[partition].LastRead = block;
        }

        return 0;
    });

    private void Apply(SqliteSession session, IReadOnlyList<Append> group)
    {
        if (_mustReload) Reload(session);
        var received = new Dictionary<(TenantId Tenant, string Source, long Hour), long>();
        foreach (var append in group)
        {
            Count(append.Records, received);
            foreach (var record in append.Records)
            {
                var block = _blocks[record.Partition];
                if (block.IsFullFor(record)) Store(session, record.Partition);
                block.Add(record, record.IngestTime.ToUnixTimeMilliseconds());
                append.Ends[record.Partition] = ++_next[record.Partition];
            }
        }

        for (var partition = 0; partition < _blocks.Length; partition++)
            if (_blocks[partition].Records > 0) Store(session, partition);
        foreach (var ((tenant, source, hour), count) in received)
            session.Run(AddReceived, ("$tenant", tenant.Value), ("$source", source), ("$hour", hour), ("$count", count));
    }

    private static void Count(IReadOnlyList<LogAppend> records, Dictionary<(TenantId, string, long), long> received)
    {
        // Records of one append mostly share tenant, source and hour: one look-up per run of them.
        for (var i = 0; i < records.Count;)
        {
            var (tenant, source, hour) = (records[i].Tenant, records[i].Source, Hour(records[i]));
            var from = i++;
            while (i < records.Count && records[i].Tenant == tenant && records[i].Source == source && Hour(records[i]) == hour) i++;
            CollectionsMarshal.GetValueRefOrAddDefault(received, (tenant, source, hour), out _) += i - from;
        }
    }

    private static long Hour(in LogAppend record) => record.IngestTime.ToUnixTimeMilliseconds() / 3_600_000;

    private void Store(SqliteSession session, int partition)
    {
        var records = _blocks[partition].Records;
        session.Run(InsertBlock, ("$partition", partition), ("$first", _next[partition] - records), ("$records", records), ("$bytes", _blocks[partition].Close()));
    }

    // The commit before failed, perhaps after it was durable. Its records then are in the log, unacknowledged.
    private void Reload(SqliteSession session)
    {
        foreach (var (partition, bounds) in Bounds(session).Index())
        {
            _next[partition] = bounds.End;
            _blocks[partition].Clear();
        }

        _mustReload = false;
    }

    private void Ended(bool isDurable)
    {
        _mustReload |= !isDurable;
        if (!isDurable) return;
        for (var partition = 0; partition < _next.Length; partition++) _partitions[partition].Grow(_next[partition]);
    }

    private sealed class Append(IReadOnlyList<LogAppend> records) : QueuedWrite
    {
        public IReadOnlyList<LogAppend> Records { get; } = records;

        public Dictionary<int, long> Ends { get; } = [];

        public override long Weight => Records.Count;
    }

    private sealed class Partition(long start, long end)
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _end = end;
        private volatile LogRecord[]? _lastRead;

        public long Start { get; } = start;

        public long End => Volatile.Read(ref _end);

        /// <summary>The block that was read last: a sequential reader often takes only a part of it.</summary>
        public LogRecord[]? LastRead
        {
            get => _lastRead;
            set => _lastRead = value;
        }

        public void Grow(long to)
        {
            TaskCompletionSource grown;
            lock (_gate)
            {
                if (to == _end) return;
                Volatile.Write(ref _end, to);
                (grown, _grown) = (_grown, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            grown.TrySetResult();
        }

        public void Stop()
        {
            lock (_gate)
            {
                _grown.TrySetException(new ObjectDisposedException(nameof(SqliteUsageLog)));
                _ = _grown.Task.Exception; // seen: nobody may be waiting
            }
        }

        public async Task WaitAsync(long position, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            while (true)
            {
                Task grown;
                lock (_gate)
                {
                    if (_end > position) return;
                    grown = _grown.Task;
                }

                await grown.WaitAsync(cancellation);
            }
        }
    }
}
