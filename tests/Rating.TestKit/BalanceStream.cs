using System.Diagnostics;
using System.Text.Json;

namespace Rating.TestKit;

/// <summary>Listens to a running charge over HTTP: server-sent events, as a browser reads them.</summary>
public sealed class BalanceStream : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly CancellationTokenSource _patience = new(Until.Patience);
    private readonly Stopwatch _since = Stopwatch.StartNew();
    private StreamReader? _reader;

    /// <summary>How many updates came.</summary>
    public int Updates { get; private set; }

    /// <summary>Begins to listen; the first update is the running charge now.</summary>
    public static async Task<BalanceStream> OpenAsync(string url, string subscription)
    {
        var stream = new BalanceStream();
        try
        {
            var response = await stream._http.GetAsync($"{url.TrimEnd('/')}/v1/subscriptions/{subscription}/balance/stream", HttpCompletionOption.ResponseHeadersRead, stream._patience.Token);
            if (response.Content.Headers.ContentType?.MediaType != "text/event-stream") throw new ProcessFailure($"{url} answered {(int)response.StatusCode} {response.Content.Headers.ContentType}");
            stream._reader = new StreamReader(await response.Content.ReadAsStreamAsync(stream._patience.Token));
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The next update.</summary>
    public async Task<JsonElement> NextAsync()
    {
        foreach (var begins in new[] { "event: balance", "data: ", "" })
        {
            var line = await _reader!.ReadLineAsync(_patience.Token) ?? throw new ProcessFailure("The stream ended.");
            if (!line.StartsWith(begins, StringComparison.Ordinal)) throw new ProcessFailure($"'{begins}' was due, and this came: {line}");
            if (begins.Length == 0 || line.Length == begins.Length) continue;
            Updates++;
            using var document = JsonDocument.Parse(line[begins.Length..]);
            Current = document.RootElement.Clone();
        }

        return Current;
    }

    /// <summary>The last update.</summary>
    public JsonElement Current { get; private set; }

    /// <summary>The most updates that may have come since it was asked for, at so many a second: the first, one at the end of each interval, and one that was under way.</summary>
    public double MostAt(int perSecond) => _since.Elapsed.TotalSeconds * perSecond + 2;

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader?.Dispose();
        _http.Dispose();
        _patience.Dispose();
    }
}
