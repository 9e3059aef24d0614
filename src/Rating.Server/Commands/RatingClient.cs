using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rating.Domain;
using Rating.Engine;
using Rating.Server.Documents;

namespace Rating.Server.Commands;

/// <summary>The HTTP API as the commands use it: a problem comes back as the <see cref="Refused"/> or <see cref="Unavailable"/> that it was.</summary>
internal sealed class RatingClient : IDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly HttpClient _http;

    /// <summary>A client of a server.</summary>
    public RatingClient(string url) => _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(url), Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The server's address.</summary>
    public string Url => _http.BaseAddress!.ToString().TrimEnd('/');

    /// <summary>Reads a document.</summary>
    public async Task<T> GetAsync<T>(string path, CancellationToken cancellation) => Parse<T>(await TextAsync(path, cancellation));

    /// <summary>Reads a text.</summary>
    public Task<string> TextAsync(string path, CancellationToken cancellation) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellation);

    /// <summary>Sends a document and reads the answer.</summary>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellation) => Parse<T>(await SendAsync(method, path, body, cancellation));

    /// <summary>Sends a document; the answer is its text.</summary>
    public Task<string> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, body.GetType(), options: Json) }, cancellation);

    /// <summary>Sends JSON that is text already.</summary>
    public Task<string> SendJsonAsync(HttpMethod method, string path, string json, CancellationToken cancellation) =>
        SendAsync(new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") }, cancellation);

    /// <summary>Posts bytes and reads the answer.</summary>
    public async Task<T> PostBytesAsync<T>(string path, string contentType, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return Parse<T>(await SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = content }, cancellation));
    }

    /// <summary>Sends a request.</summary>
    /// <exception cref="Refused">The server said no.</exception>
    /// <exception cref="Unavailable">It cannot be reached, or cannot answer now.</exception>
    public async Task<string> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            using var response = await _http.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            return response.IsSuccessStatusCode ? text : throw Failure(response.StatusCode, text);
        }
        // A server that dies right after it accepted lets the socket's own exception through.
        catch (Exception wrong) when (wrong is HttpRequestException or SocketException)
        {
            throw new Unavailable($"The server at {Url} does not answer: {wrong.Message}", wrong);
        }
        finally
        {
            request.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static T Parse<T>(string json) => JsonSerializer.Deserialize<T>(json, Json)!;

    private static Exception Failure(HttpStatusCode status, string text)
    {
        Problem? problem;
        try
        {
            problem = Parse<Problem>(text);
        }
        catch (JsonException)
        {
            problem = null;
        }

        if ((int)status >= 500 || problem?.Code is null) return new Unavailable(problem?.Detail ?? $"The server answered {(int)status}, and not as this program does; is it another server?");
        return new Refused(problem.Code, problem.Detail) { Where = problem.Where };
    }
}
