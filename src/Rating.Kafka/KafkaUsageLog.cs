using System.Diagnostics;
using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Log;

namespace Rating.Kafka;

/// <summary>The usage log on a Kafka topic. Positions are offsets; partitions are read from where the store says, never from where a group was.</summary>
public sealed class KafkaUsageLog : IUsageLog
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ReaderIdle = TimeSpan.FromSeconds(2);
    private readonly KafkaLogSettings _settings;
    private readonly LogProducer _producer;
    private readonly KafkaClient _asker;
    private readonly KafkaClient _reader;
    private readonly Lazy<KafkaClient> _second;
    private readonly Partition[] _partitions;
    private readonly ReceivedCounter _received;
    private int _isDisposed;

    private KafkaUsageLog(KafkaLogSettings settings)
    {
        _settings = settings;
        _producer = new LogProducer(settings);
        // Offsets are asked for on a connection of their own: a broker answers in order, and a fetch waits for records.
        _asker = new KafkaClient(settings, "asker");
        _reader = new KafkaClient(settings, "reader");
        _second = new Lazy<KafkaClient>(() => new KafkaClient(settings, "second-reader"));
        _partitions = [.. Enumerable.Range(0, settings.Partitions).Select(id => new Partition(this, id))];
        _received = new ReceivedCounter(settings);
    }

    /// <inheritdoc/>
    public int Partitions => _partitions.Length;

    /// <summary>Creates the topic, or checks the one that is there, and opens it.</summary>
    /// <exception cref="Refused"><c>kafka.library</c>, <c>kafka.properties</c>, <c>kafka.topic.*</c>: the message says what to change.</exception>
    /// <exception cref="Unavailable">No broker answered.</exception>
    public static async Task<KafkaUsageLog> OpenAsync(KafkaLogSettings settings, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Partitions, 1);
        if (Librdkafka.Problem is { } problem) throw new Refused("kafka.library", problem);
        await KafkaTopic.EnsureAsync(settings, cancellation);
        return new KafkaUsageLog(settings);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<int, long>> AppendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        foreach (var record in records)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(record.Partition);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(record.Partition, _partitions.Length);
        }

        cancellation.ThrowIfCancellationRequested();
        if (records.Count == 0) return new Dictionary<int, long>();
        var ends = await SendAsync(records, cancellation);
        foreach (var (partition, end) in ends.ToList())
        {
            if (end < 0) ends[partition] = await EndAsync(partition, cancellation);
            _partitions[partition].Grow(ends[partition]);
        }

        return ends;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<LogRecord>> ReadAsync(int partition, long position, int recordsMax, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return recordsMax <= 0 ? new([]) : new(_partitions[partition].ReadAsync(position, recordsMax, cancellation));
    }

    /// <inheritdoc/>
    public Task WaitAsync(int partition, long position, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return _partitions[partition].WaitAsync(position, cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask<long> EndAsync(int partition, CancellationToken cancellation)
    {
        var end = await AskAsync(partition, _asker.End, cancellation);
        Volatile.Write(ref _partitions[partition].Asked, end);
        return end;
    }

    /// <inheritdoc/>
    public long EndSeen(int partition) => Math.Max(_reader.EndSeen(partition), _partitions[partition].EndSeen);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ReceivedCount>> ReceivedAsync(CancellationToken cancellation) =>
        await _received.CountAsync(await Task.WhenAll(_partitions.Select(partition => BoundsAsync(partition.Id, cancellation))), cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        foreach (var partition in _partitions) await partition.DisposeAsync();
        _producer.Dispose();
        _received.Dispose();
        if (_second.IsValueCreated) _second.Value.Dispose();
        _reader.Dispose();
        _asker.Dispose();
    }

    private async Task<Dictionary<int, long>> SendAsync(IReadOnlyList<LogAppend> records, CancellationToken cancellation)
    {
        using var span = KafkaTelemetry.Send(_settings.Topic, records.Count);
        var from = Stopwatch.GetTimestamp();
        try
        {
            var ends = await _producer.AppendAsync(records, cancellation);
            KafkaTelemetry.SentTo(_settings.Topic, records.Count, from, null);
            return ends;
        }
        catch (Exception failed)
        {
            span?.SetStatus(ActivityStatusCode.Error, failed.Message);
            KafkaTelemetry.SentTo(_settings.Topic, records.Count, from, failed);
            throw;
        }
    }

    private async Task<(long Low, long High)> BoundsAsync(int partition, CancellationToken cancellation) =>
        (await AskAsync(partition, _asker.Start, cancellation), await AskAsync(partition, _asker.End, cancellation));

    private Task<long> AskAsync(int partition, Func<int, int, long> question, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        return Task.Run(() => question(partition, (int)_settings.ReadTimeout.TotalMilliseconds), cancellation);
    }

    private sealed class Partition(KafkaUsageLog log, int id) : IAsyncDisposable
    {
        private readonly SemaphoreSlim _reading = new(1);
        private readonly Lock _gate = new();
        private readonly CancellationTokenSource _stop = new();
        private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _end;
        private PartitionCursor? _first;
        private PartitionCursor? _second;

        /// <summary>The end as the broker told it last.</summary>
        public long Asked;

        public int Id { get; } = id;

        public long EndSeen => Math.Max(Volatile.Read(ref Asked), Volatile.Read(ref _end));

        /// <summary>An append was acknowledged, or records were seen.</summary>
        public void Grow(long end)
        {
            TaskCompletionSource grown;
            lock (_gate)
            {
                if (end <= _end) return;
                _end = end;
                (grown, _grown) = (_grown, new(TaskCreationOptions.RunContinuationsAsynchronously));
            }

            grown.TrySetResult();
        }

        public async Task<IReadOnlyList<LogRecord>> ReadAsync(long position, int recordsMax, CancellationToken cancellation)
        {
            await EnterAsync(cancellation);
            try
            {
                var cursor = Serving(position);
                if (cursor is not null && cursor.TryTake(position, recordsMax, out var records)) return records;
                if (cursor is null)
                {
                    if (await IsEndAsync(position, cancellation)) return [];
                    if (position < await log.AskAsync(Id, log._asker.Start, cancellation)) throw await MissingAsync(position, cancellation);
                    cursor = Free();
                    cursor.Seek(position);
                }

                if (ReferenceEquals(cursor, _first)) cursor.StorePosition(position);
                return await ReadAsync(cursor, position, recordsMax, cancellation);
            }
            finally
            {
                _reading.Release();
            }
        }

        public async Task WaitAsync(long position, CancellationToken cancellation)
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
            while (true)
            {
                Task grown;
                Task? arrival;
                lock (_gate)
                {
                    if (_end > position) return;
                    grown = _grown.Task;
                }

                try
                {
                    arrival = await ArrivalAsync(position, both.Token);
                }
                catch (Unavailable)
                {
                    arrival = Task.Delay(AskAgain, both.Token); // no broker: wait on
                }

                if (arrival is null) return;
                await Task.WhenAny(grown, arrival, Task.Delay(AskAgain, both.Token));
                ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, log);
                cancellation.ThrowIfCancellationRequested();
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _reading.WaitAsync();
            await _stop.CancelAsync();
            _first?.Dispose();
            _second?.Dispose();
            (_first, _second) = (null, null);
            _reading.Release();
        }

        private async Task EnterAsync(CancellationToken cancellation)
        {
            await _reading.WaitAsync(cancellation);
            if (!_stop.IsCancellationRequested) return;
            _reading.Release();
            throw new ObjectDisposedException(nameof(KafkaUsageLog));
        }

        private async Task<IReadOnlyList<LogRecord>> ReadAsync(PartitionCursor cursor, long position, int recordsMax, CancellationToken cancellation)
        {
            var from = Stopwatch.GetTimestamp();
            while (true)
            {
                var (arrival, before) = (cursor.Arrival, cursor.Next);
                cursor.Fill();
                if (cursor.TryTake(position, recordsMax, out var records))
                {
                    Grow(cursor.Next);
                    return records;
                }

                if (cursor.Next > before) continue; // on the way to the position
                if (await IsEndAsync(position, cancellation)) return [];
                if (cursor.IsOutOfRange)
                {
                    cursor.Leave();
                    throw await MissingAsync(position, cancellation);
                }

                var left = log._settings.ReadTimeout.ToTimeSpan() - Stopwatch.GetElapsedTime(from);
                if (left <= TimeSpan.Zero) // librdkafka tries again by itself after an error
                {
                    var problem = cursor.Problem.Length > 0 ? cursor.Problem : $"nothing came for {log._settings.ReadTimeout.TotalSeconds:0} s";
                    cursor.Leave();
                    throw new Unavailable($"Kafka gave no records of partition {Id} of {log._settings.Topic} from {position}: {problem}");
                }

                await Task.WhenAny(arrival, Task.Delay(left, cancellation));
                cancellation.ThrowIfCancellationRequested();
            }
        }

        // A leader that was elected just now may know of an older end than the one that was acknowledged: it is asked again before usage counts as lost.
        private async Task<bool> IsEndAsync(long position, CancellationToken cancellation)
        {
            var high = await log.EndAsync(Id, cancellation);
            var from = Stopwatch.GetTimestamp();
            while (position > high && position <= Volatile.Read(ref _end) && Stopwatch.GetElapsedTime(from) < ReaderIdle)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
                high = await log.EndAsync(Id, cancellation);
            }

            if (position > high) throw await MissingAsync(position, cancellation);
            if (position < high) return false;
            lock (_gate) _end = Math.Min(_end, high); // acknowledged, but behind an open transaction
            return true;
        }

        private async Task<LogRangeMissingException> MissingAsync(long position, CancellationToken cancellation)
        {
            var (low, high) = await log.BoundsAsync(Id, cancellation);
            return new LogRangeMissingException(Id, position, low, high);
        }

        // A task that ends when something came, records or not; null when records are there, or a missing range that a read will tell.
        private async Task<Task?> ArrivalAsync(long position, CancellationToken cancellation)
        {
            await EnterAsync(cancellation);
            try
            {
                var cursor = Serving(position);
                if (cursor is null)
                {
                    var high = await log.EndAsync(Id, cancellation);
                    if (high > position) return null;
                    if (high < position) return Task.Delay(AskAgain, cancellation);
                    cursor = Free();
                    cursor.Seek(position);
                }

                var arrival = cursor.Arrival;
                if (cursor.Next <= position) cursor.Fill();
                if (cursor.Next > position || cursor.IsOutOfRange) return null;
                return arrival;
            }
            finally
            {
                _reading.Release();
            }
        }

        private PartitionCursor? Serving(long position) =>
            position < 0 ? null : _first is not null && _first.Serves(position) ? _first : _second is not null && _second.Serves(position) ? _second : null;

        // The partition's owner reads from the first; who reads elsewhere meanwhile (an audit) gets the second.
        private PartitionCursor Free()
        {
            if (_first is null) return _first = Make(log._reader);
            if (_first.Next < 0 || _first.IsOutOfRange || Environment.TickCount64 - _first.LastUseMs > ReaderIdle.TotalMilliseconds) return _first;
            return _second ??= Make(log._second.Value);
        }

        private PartitionCursor Make(KafkaClient client) => new(client, log._settings.Topic, Id, log._settings.DefaultTenant);
    }
}
