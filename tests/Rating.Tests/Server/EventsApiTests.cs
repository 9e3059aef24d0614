using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Server.Api;

namespace Rating.Tests.Server;

/// <summary>Usage in over HTTP: the modes of CloudEvents, receipts, and what a receipt is good for.</summary>
public sealed class EventsApiTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Single = "application/cloudevents+json", Batch = "application/cloudevents-batch+json";

    [Fact]
    public async Task The_three_modes_and_plain_json_give_the_same_event()
    {
        var before = await server.EndsAsync();
        Assert.Equal(HttpStatusCode.Accepted, (await server.PostAsync(Single, Fax("modes"))).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await server.PostAsync(Batch, $"[{Fax("modes")}]")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await server.PostAsync("application/json; charset=utf-8", Fax("modes"))).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await server.PostAsync("application/json", $" [{Fax("modes")}]")).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await server.PostAsync("application/json", """{"pages":2}""", Headers("modes"))).Status);
        var verdicts = (await server.VerdictsAfterAsync(before)).Select(entry => entry.Verdict).Order().ToList();
        Assert.Equal([Verdict.Rated, Verdict.Duplicate, Verdict.Duplicate, Verdict.Duplicate, Verdict.Duplicate], verdicts);
    }

    [Fact]
    public async Task Binary_headers_are_percent_decoded()
    {
        var before = await server.EndsAsync();
        var text = "K\u00f6ln \"1\" 100%";
        Assert.Equal(HttpStatusCode.Accepted, (await server.PostAsync("application/json", """{"pages":2}""", Headers(Uri.EscapeDataString(text)))).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await server.PostAsync(Single, Fax("K\\u00f6ln \\\"1\\\" 100%"))).Status);
        Assert.Equal([Verdict.Rated, Verdict.Duplicate], (await server.VerdictsAfterAsync(before)).Select(entry => entry.Verdict).Order());
    }

    [Fact]
    public async Task A_header_that_came_twice_makes_the_event_malformed()
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync("127.0.0.1", server.Http.BaseAddress!.Port);
        var head = string.Concat(Headers("twice").Append(("ce-id", "other")).Select(header => $"{header.Item1}: {header.Item2}\r\n"));
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}Content-Length: 0\r\n\r\n"));
        using var reader = new StreamReader(tcp.GetStream());
        var answer = await reader.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("stands twice", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malformed_event_rejects_only_itself_and_is_named_by_index_and_reason()
    {
        var before = await server.EndsAsync();
        var (status, body) = await server.PostAsync(Batch, $"[{Fax("a")},{{}},{Fax("b")},[],null,{Fax("c")}]");
        Assert.Equal(HttpStatusCode.Accepted, status);
        Assert.Equal(6, (int)body!["received"]!);
        Assert.Equal([1, 3, 4], body["malformed"]!.AsArray().Select(one => (int)one!["index"]!));
        Assert.All(body["malformed"]!.AsArray(), one => Assert.NotEmpty((string)one!["reason"]!));
        Assert.Equal(3, (await server.VerdictsAfterAsync(before)).Count(entry => entry == (Verdict.Rejected, VerdictReason.Malformed)));
    }

    [Fact]
    public async Task A_receipt_tells_when_its_events_are_decided()
    {
        var (_, body) = await server.PostAsync(Single, Fax("receipt"));
        var state = await server.Client.GetAsync<JsonNode>($"/v1/receipts/{body!["receipt"]}?wait=30", CancellationToken.None);
        Assert.True((bool)state["decided"]!);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("0.999999")]
    [InlineData("99.1")]
    [InlineData("0.1_0.1")]
    public async Task A_receipt_of_elsewhere_is_refused(string receipt)
    {
        var (status, body) = await server.SendAsync(HttpMethod.Get, $"/v1/receipts/{receipt}", "-", []);
        Assert.Equal((HttpStatusCode.BadRequest, "request.receipt"), (status, (string?)body!["code"]));
    }

    [Fact]
    public async Task A_compressed_body_is_not_taken()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Fax("zip"))) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", Single);
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_body_without_length_is_limited_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/events") { Content = new StreamContent(new MemoryStream(new byte[Limits.RequestBytesMax + 1])) };
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.TryAddWithoutValidation("Content-Type", Single);
        using var response = await server.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public void A_batch_is_cut_without_writing_its_events_anew()
    {
        var events = EventBatch.Split(Encoding.UTF8.GetBytes(" [ {\"a\" : 1.0} ,\n\"x\" , [1, 2] , 0.10 ] "));
        Assert.Equal(["{\"a\" : 1.0}", "\"x\"", "[1, 2]", "0.10"], events.Select(one => Encoding.UTF8.GetString(one.Span)));
    }

    [Theory]
    [InlineData("[1,]")]
    [InlineData("[1] 2")]
    [InlineData("[1")]
    [InlineData("{}")]
    public void A_body_that_is_no_array_to_its_end_gives_nothing(string body) =>
        Assert.Equal("request.json", Assert.Throws<Refused>(() => EventBatch.Split(Encoding.UTF8.GetBytes(body))).Code);

    private static string Fax(string id) =>
        $$$"""{"specversion":"1.0","id":"{{{id}}}","source":"https://fax.test","type":"fax.sent","subject":"fax-acme","time":"2026-03-20T10:00:00Z","data":{"pages":2}}""";

    private static (string, string)[] Headers(string id) =>
        [("ce-specversion", "1.0"), ("ce-id", id), ("ce-source", "https://fax.test"), ("CE-Type", "fax.sent"), ("ce-subject", "fax-acme"), ("ce-time", "2026-03-20T10:00:00Z")];
}
