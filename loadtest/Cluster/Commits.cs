using System.Diagnostics;
using Npgsql;

namespace Rating.Loadtest.Cluster;

/// <summary>Watches in the database how the partitions go on, whoever serves them: what counts is what is committed.</summary>
internal sealed class Commits : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly string _connection;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Task _watching;
    private long[] _positions;
    private long[] _movedAt;
    private TimeSpan _longest;

    private Commits(string connection, long[] positions)
    {
        (_connection, _positions) = (connection, positions);
        _movedAt = [.. positions.Select(_ => Stopwatch.GetTimestamp())];
        _watching = Task.Run(WatchAsync);
    }

    public static async Task<Commits> OfAsync(string connection) => new(connection, await ReadAsync(connection));

    /// <summary>How many records are committed.</summary>
    public static async Task<long> SumAsync(string connection) => (await ReadAsync(connection)).Sum();

    /// <summary>Waits until so many records are committed.</summary>
    public static async Task ReachAsync(string connection, long records)
    {
        while (await SumAsync(connection) < records) await Task.Delay(20);
    }

    /// <summary>Begins to measure anew.</summary>
    public void Begin()
    {
        lock (_gate) _longest = TimeSpan.Zero;
    }

    /// <summary>Waits until every partition has committed something after a moment.</summary>
    public async Task AllMovedAsync(long since)
    {
        for (var from = Stopwatch.GetTimestamp(); ;)
        {
            lock (_gate)
            {
                if (_movedAt.All(at => at > since)) return;
                if (Stopwatch.GetElapsedTime(from) > Patience) throw new InvalidOperationException($"Partitions {string.Join(", ", Enumerable.Range(0, _movedAt.Length).Where(id => _movedAt[id] <= since))} committed nothing for {Patience.TotalMinutes:0} minutes.");
            }

            await Task.Delay(10);
        }
    }

    /// <summary>The longest time between two commits of one partition since <see cref="Begin"/>.</summary>
    public TimeSpan Longest()
    {
        lock (_gate) return _longest;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private static async Task<long[]> ReadAsync(string text)
    {
        await using var connection = new NpgsqlConnection(text);
        await connection.OpenAsync();
        return await ReadAsync(connection);
    }

    private static async Task<long[]> ReadAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT next_position FROM rating.partition ORDER BY id", connection);
        await using var rows = await command.ExecuteReaderAsync();
        var positions = new List<long>();
        while (await rows.ReadAsync()) positions.Add(rows.GetInt64(0));
        return [.. positions];
    }

    private async Task WatchAsync()
    {
        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync();
        while (!_stop.IsCancellationRequested)
        {
            var asked = Stopwatch.GetTimestamp();
            var now = await ReadAsync(connection);
            lock (_gate)
            {
                if (now.Length != _positions.Length) throw new InvalidOperationException("the partitions are not those that were there");
                for (var i = 0; i < now.Length; i++)
                {
                    if (now[i] == _positions[i]) continue;
                    var gap = Stopwatch.GetElapsedTime(_movedAt[i], asked);
                    if (gap > _longest) _longest = gap;
                    (_positions[i], _movedAt[i]) = (now[i], asked);
                }
            }

            await Task.Delay(10);
        }
    }
}
