using System.Net;
using System.Net.Sockets;

namespace Rating.TestKit;

/// <summary>A way to a TCP server that can be slow, cut, cut before the reply, or frozen in the middle of a request.</summary>
/// <remarks>
/// Faults are events: a test waits for <see cref="Happened"/>, not for time. In front of PostgreSQL a fault can wait for a statement: every write of the store is one statement that commits by itself,
/// so the reply of that statement is the reply of its COMMIT. In front of a Kafka broker it can wait for a request (<see cref="KafkaFrames.NameOf"/> says what each is called), and the reply is that request's own.
/// </remarks>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<(Socket Client, Socket Server)> _pairs = [];
    private readonly int _target;
    private readonly ProxyProtocol _protocol;
    private readonly HashSet<string> _seen = [];
    private readonly Task _accepting;
    private TaskCompletionSource _happened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Fault _fault = Fault.None;
    private string? _text;
    private long _freezeAfter;
    private bool _isDown;
    private long _bytesToClients;

    /// <summary>Listens on a free port of 127.0.0.1.</summary>
    /// <param name="target">The server's port on 127.0.0.1.</param>
    /// <param name="protocol">What is spoken, so that faults can wait for a request.</param>
    public TcpProxy(int target, ProxyProtocol protocol = ProxyProtocol.Unknown)
    {
        (_target, _protocol) = (target, protocol);
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
    }

    /// <summary>The port to connect to.</summary>
    public int Port { get; }

    /// <summary>How much later each piece arrives, in both directions.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Completed when the fault that was asked for last has happened.</summary>
    public Task Happened => Until.DoneAsync("the fault that was asked for last happens", _happened.Task);

    /// <summary>The next request reaches the server; its reply does not come back, and the connection is cut once the server has sent it.</summary>
    /// <param name="text">Only a request counts that has this text: in its statement (PostgreSQL), in its name (Kafka).</param>
    public void LoseNextReply(string? text = null) => Expect(Fault.LoseReply, 0, text);

    /// <summary>The next request does not reach the server, and the connection is cut.</summary>
    /// <param name="text">Only a request counts that has this text: in its statement (PostgreSQL), in its name (Kafka).</param>
    public void LoseNextRequest(string? text = null) => Expect(Fault.LoseRequest, 0, text);

    /// <summary>The next request reaches the server up to this many bytes; then the client seems frozen: nothing more is sent, nothing is closed.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="text">Only a request counts that has this text: in its statement (PostgreSQL), in its name (Kafka).</param>
    public void FreezeNextRequestAfter(long bytes, string? text = null) => Expect(Fault.Freeze, bytes, text);

    /// <summary>Pieces of replies that have fewer bytes are not counted: for who counts what is fetched, and asks again and again while nothing comes.</summary>
    public int CountedBytesMin { get; init; }

    /// <summary>How many bytes the server's replies had so far.</summary>
    public long BytesToClients => Interlocked.Read(ref _bytesToClients);

    /// <summary>The requests that came through so far, each kind once; only of a protocol that is followed.</summary>
    public IReadOnlyList<string> Seen
    {
        get
        {
            lock (_gate) return [.. _seen.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Cuts all connections, and takes no new ones.</summary>
    public void Cut()
    {
        lock (_gate) _isDown = true;
        CloseAll();
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

    private void Expect(Fault fault, long bytes, string? text)
    {
        lock (_gate) (_fault, _freezeAfter, _text, _happened) = (fault, bytes, text, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
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
        var line = new Line(_protocol);
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
                var asked = line.Requests(buffer.AsSpan(0, read));
                lock (_gate)
                {
                    _seen.UnionWith(asked.Select(one => one.Name));
                    var meant = asked.Where(one => _text is null || one.Name.Contains(_text, StringComparison.Ordinal)).ToList();
                    var isMeant = _text is null || meant.Count > 0;
                    if (_fault != Fault.None && line.Fault == Fault.None && isMeant)
                    {
                        line.Number = meant.FirstOrDefault().Number;
                        (line.Fault, line.Left, line.Happened, _fault) = (_fault, _freezeAfter, _happened, Fault.None);
                    }
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
                if (line.IsLost(buffer.AsSpan(0, read)))
                {
                    Close(pair);
                    line.Happened!.TrySetResult();
                    return;
                }

                if (read == 0) return;
                await WaitAsync();
                if (read >= CountedBytesMin) Interlocked.Add(ref _bytesToClients, read);
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

    private sealed class Line(ProxyProtocol protocol)
    {
        private readonly PostgresRequests _statements = new();
        private readonly KafkaFrames _requests = new(), _replies = new();

        public volatile Fault Fault;

        /// <summary>The number of the Kafka request whose reply is lost.</summary>
        public int Number { get; set; }

        public long Left { get; set; }

        public TaskCompletionSource? Happened { get; set; }

        public bool IsFrozen { get; set; }

        public IReadOnlyList<(string Name, int Number)> Requests(ReadOnlySpan<byte> piece) => protocol switch
        {
            ProxyProtocol.Postgres => [.. _statements.Take(piece).Select(statement => (statement, 0))],
            ProxyProtocol.Kafka => [.. _requests.Take(piece).Select(head => (KafkaFrames.NameOf(head), KafkaFrames.NumberOf(head, isReply: false)))],
            _ => [],
        };

        public bool IsLost(ReadOnlySpan<byte> piece)
        {
            var replies = protocol == ProxyProtocol.Kafka ? _replies.Take(piece) : [];
            return Fault == Fault.LoseReply && (protocol != ProxyProtocol.Kafka || replies.Any(head => KafkaFrames.NumberOf(head, isReply: true) == Number));
        }
    }
}
