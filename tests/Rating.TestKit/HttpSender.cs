using System.Text;

namespace Rating.TestKit;

/// <summary>A producer over HTTP that keeps what the intake acknowledged in a file, and sends again what it did not.</summary>
public sealed class HttpSender(AcknowledgedFile file) : IDisposable
{
    private readonly HttpClient _client = new() { Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>Sends a batch of CloudEvents once.</summary>
    /// <returns>Whether it was acknowledged. If not, the events may be in the log nevertheless.</returns>
    public async Task<bool> TryAsync(string url, IReadOnlyList<string> events)
    {
        try
        {
            using var content = new StringContent($"[{string.Join(',', events)}]", Encoding.UTF8, "application/cloudevents-batch+json");
            using var response = await _client.PostAsync($"{url}/v1/events", content);
            if ((int)response.StatusCode != 202) return false;
            file.Add(events);
            return true;
        }
        catch (Exception gone) when (gone is HttpRequestException or System.Net.Sockets.SocketException or IOException or TaskCanceledException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
