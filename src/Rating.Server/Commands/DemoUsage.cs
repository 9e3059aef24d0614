using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Rating.Domain;

namespace Rating.Server.Commands;

/// <summary>The sample events on their way over HTTP, in all the modes that CloudEvents has, in their order. Counts what it sends.</summary>
internal sealed class DemoUsage(RatingClient client, IReadOnlyList<string> events)
{
    private const string Path = "/v1/events";
    private int _next;

    /// <summary>How many there are.</summary>
    public int Count => events.Count;

    /// <summary>How many were posted (promise P7: counted where they enter, outside the engine).</summary>
    public long Received { get; private set; }

    /// <summary>Posts all: a third one by one, a third in binary mode, the rest as a batch.</summary>
    public async Task PostAllAsync(CancellationToken cancellation)
    {
        while (_next < events.Count / 3) await PostAsync(Structured(events[_next]), 1, cancellation);
        while (_next < events.Count * 2 / 3) await PostAsync(Binary(events[_next]), 1, cancellation);
        var rest = events.Skip(_next).ToList();
        if (rest.Count > 0) await PostAsync(Body($"[{string.Join(',', rest)}]", "application/cloudevents-batch+json"), rest.Count, cancellation);
    }

    /// <summary>Posts the next one, if there is one.</summary>
    public async Task PostNextAsync(CancellationToken cancellation)
    {
        if (_next < events.Count) await PostAsync(_next % 2 == 0 ? Structured(events[_next]) : Binary(events[_next]), 1, cancellation);
    }

    private async Task PostAsync(HttpRequestMessage request, int count, CancellationToken cancellation)
    {
        _next += count;
        try
        {
            await client.SendAsync(request, cancellation);
        }
        catch (Refused malformed) when (malformed.Code == "event.malformed")
        {
            // One of the samples is wrong on purpose; the server has counted and rejected it.
        }

        Received += count;
    }

    private static HttpRequestMessage Structured(string json) => Body(json, "application/cloudevents+json");

    private static HttpRequestMessage Binary(string json)
    {
        var one = JsonNode.Parse(json)!.AsObject();
        var request = Body(one["data"]?.ToJsonString() ?? "", "application/json");
        foreach (var (name, value) in one)
            if (name is not ("data" or "datacontenttype")) request.Headers.TryAddWithoutValidation($"ce-{name}", Uri.EscapeDataString((string)value!));
        return request;
    }

    private static HttpRequestMessage Body(string json, string type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return new HttpRequestMessage(HttpMethod.Post, Path) { Content = content };
    }
}
