using System.Net;
using System.Net.Sockets;

namespace Rating.TestKit;

/// <summary>A way to a TCP server that can be slow, cut, cut before the reply, or frozen in the middle of a request.</summary>
/// <remarks>
/// Faults are events: a test waits for <see cref="Happened"/>, not for time. In front of PostgreSQL a fault can wait for a statement: every write of the store is one statement that commits by itself,
/// so the reply of that statement is the reply of its COMMIT.
/// </remarks>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<(Socket Client, Socket Server)> _pairs = [];
    private readonly int _target;
    private readonly bool _isPostgres;
    private readonly Task _accepting;
    private TaskCompletionSource _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Fault _fault = Fault.None;
    private string? _statement;
    private long _freezeAfter;
    private bool _isDown;

    /// <summary>Listens on a free port of 127.0.0.1.</summary>
    /// <param name="target">The server's port on 127.0.0.1.</param>
    /// <param name="isPostgres">Whether the server is PostgreSQL, so that faults can wait for a statement.</param>
    public TcpProxy(int target, bool isPostgres = false)
    {
        (_target, _isPostgres) = (target, isPostgres);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    private enum Fault
    {
        None,
        LoseReply,
        LoseRequest,
        Freeze,
        FreezeReply,
    }

    /// <summary>The port to connect to.</summary>
    public int Port { get; }

    /// <summary>How much later each piece arrives, in both directions.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Completed when the fault that was asked for last has happened.</summary>
    public Task Happened => _happened.Task;

    /// <summary>The next request reaches the server; its reply does not come back, and the connection is cut once the server has sent it.</summary>
    /// <param name="statement">Only a PostgreSQL request counts that executes a statement with this text in it.</param>
    public void LoseNextReply(string? statement = null) => Expect(Fault.LoseReply, 0, statement);

    /// <summary>The next request does not reach the server, and the connection is cut.</summary>
    /// <param name="statement">Only a PostgreSQL request counts that executes a statement with this text in it.</param>
    public void LoseNextRequest(string? statement = null) => Expect(Fault.LoseRequest, 0, statement);

    /// <summary>The next request reaches the server whole; then nothing goes either way, and nothing is closed: as if the client were frozen while it waits, or the network swallowed everything.</summary>
    /// <param name="statement">Only a PostgreSQL request counts that executes a statement with this text in it.</param>
    public void FreezeNextReply(string? statement = null) => Expect(Fault.FreezeReply, 0, statement);

    /// <summary>The next request reaches the server up to this many bytes; then the client seems frozen: nothing more is sent, nothing is closed.</summary>
    public void FreezeNextRequestAfter(long bytes) => Expect(Fault.Freeze, bytes, null);

    /// <summary>Cuts all connections, and takes no new ones until <see cref="Restore"/>.</summary>
    public void Cut()
    {
        lock (_gate) _isDown = true;
        CloseAll();
    }

    /// <summary>Takes connections again.</summary>
    public void Restore()
    {
        lock (_gate) _isDown = false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        CloseAll();
        await _accepting;
        _stop.Dispose();
        _listener.Dispose();
    }

    private void Expect(Fault fault, long bytes, string? statement)
    {
        lock (_gate) (_fault, _freezeAfter, _statement, _happened) = (fault, bytes, statement, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    private void CloseAll()
    {
        List<(Socket Client, Socket Server)> pairs;
        lock (_gate)
        {
            pairs = [.. _pairs];
            _pairs.Clear();
        }

        foreach (var pair in pairs) Close(pair);
    }

    private static void Close((Socket Client, Socket Server) pair)
    {
        pair.Client.Dispose();
        pair.Server.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                try
                {
                    bool isDown;
                    lock (_gate) isDown = _isDown;
                    if (isDown) throw new SocketException((int)SocketError.ConnectionRefused);
                    await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                }
                catch (SocketException)
                {
                    Close((client, server));
                    continue;
                }

                var pair = (client, server);
                lock (_gate) _pairs.Add(pair);
                _ = Task.Run(() => PumpAsync(pair));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            return; // disposed
        }
    }

    private async Task PumpAsync((Socket Client, Socket Server) pair)
    {
        var line = new Line();
        await Task.WhenAny(RequestsAsync(pair, line), RepliesAsync(pair, line));
        if (!line.IsFrozen) Close(pair);
    }

    private async Task RequestsAsync((Socket Client, Socket Server) pair, Line line)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (true)
            {
                var read = await pair.Client.ReceiveAsync(buffer, SocketFlags.None, _stop.Token);
                if (read == 0) return;
                await WaitAsync();
                var executed = _isPostgres ? line.Requests.Take(buffer.AsSpan(0, read)) : [];
                lock (_gate)
                {
                    var isMeant = _statement is null || executed.Any(statement => statement.Contains(_statement, StringComparison.Ordinal));
                    if (_fault != Fault.None && line.Fault == Fault.None && isMeant) (line.Fault, line.Left, line.Happened, _fault) = (_fault, _freezeAfter, _happened, Fault.None);
                }

                if (line.Fault == Fault.LoseRequest)
                {
                    Close(pair);
                    line.Happened!.TrySetResult();
                    return;
                }

                var take = line.Fault == Fault.Freeze ? (int)Math.Min(read, line.Left) : read;
                await SendAsync(pair.Server, buffer.AsMemory(0, take));
                line.Left -= take;
                if (line.Fault != Fault.Freeze || line.Left > 0) continue;
                line.IsFrozen = true;
                line.Happened!.TrySetResult();
                return;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return;
        }
    }

    private async Task RepliesAsync((Socket Client, Socket Server) pair, Line line)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (true)
            {
                var read = await pair.Server.ReceiveAsync(buffer, SocketFlags.None, _stop.Token);
                if (line.Fault == Fault.FreezeReply)
                {
                    line.IsFrozen = true;
                    line.Happened!.TrySetResult();
                    return;
                }

                if (line.Fault == Fault.LoseReply)
                {
                    Close(pair);
                    line.Happened!.TrySetResult();
                    return;
                }

                if (read == 0) return;
                await WaitAsync();
                await SendAsync(pair.Client, buffer.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            return;
        }
    }

    private async Task SendAsync(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0) bytes = bytes[await to.SendAsync(bytes, SocketFlags.None, _stop.Token)..];
    }

    private async Task WaitAsync()
    {
        if (Latency <= TimeSpan.Zero) return;
        using var timer = new PeriodicTimer(Latency);
        await timer.WaitForNextTickAsync(_stop.Token);
    }

    private sealed class Line
    {
        public volatile Fault Fault;

        public PostgresRequests Requests { get; } = new();

        public long Left { get; set; }

        public TaskCompletionSource? Happened { get; set; }

        public bool IsFrozen { get; set; }
    }
}
