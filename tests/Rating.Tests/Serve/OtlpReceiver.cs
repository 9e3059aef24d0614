using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Rating.Tests.Serve;

/// <summary>Takes what an OTLP exporter sends over HTTP. Names and texts stand in its protobuf as they are, so they are found without a schema.</summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener;
    private readonly ConcurrentDictionary<string, StringBuilder> _received = new();
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OtlpReceiver()
    {
        for (var port = 20_000 + (Environment.ProcessId % 10_000); ; port++)
        {
            Endpoint = $"http://127.0.0.1:{port}";
            _listener = new HttpListener { Prefixes = { Endpoint + "/" } }; // one that could not start is closed
            try
            {
                _listener.Start();
                break;
            }
            catch (HttpListenerException) when (port < 60_000)
            {
                // Taken.
            }
        }

        _ = ReceiveAsync();
    }

    public string Endpoint { get; }

    /// <summary>Waits until all of these have been received for a signal: <c>metrics</c>, <c>traces</c> or <c>logs</c>.</summary>
    public async Task MustReceiveAsync(string signal, params string[] texts)
    {
        using var patience = new CancellationTokenSource(Until.Patience);
        while (true)
        {
            var more = Volatile.Read(ref _more).Task;
            var all = Of(signal);
            var missing = texts.Where(text => !all.Contains(text, StringComparison.Ordinal)).ToList();
            if (missing.Count == 0) return;
            try
            {
                await more.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException late)
            {
                throw new Xunit.Sdk.XunitException($"Not among the {signal}: {string.Join(", ", missing)}", late);
            }
        }
    }

    /// <summary>What was received, one byte a character.</summary>
    public string Of(string signal)
    {
        if (!_received.TryGetValue("/v1/" + signal, out var text)) return "";
        lock (text) return text.ToString();
    }

    public void Dispose() => _listener.Close();

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                var text = _received.GetOrAdd(context.Request.Url!.AbsolutePath, _ => new StringBuilder());
                lock (text) text.Append(Encoding.Latin1.GetString(body.ToArray()));
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
                Interlocked.Exchange(ref _more, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            }
        }
        catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
        {
            return;
        }
    }
}
