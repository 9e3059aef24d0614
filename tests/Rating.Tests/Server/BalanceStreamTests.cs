using System.Globalization;
using System.Net;
using System.Text.Json;
using Rating.Domain;
using Rating.TestKit;

namespace Rating.Tests.Server;

/// <summary>The running charge as server-sent events, of one process (docs/serve.md).</summary>
public sealed class BalanceStreamTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task A_listener_hears_the_charge_now_and_after_each_change_but_never_more_often_than_stated()
    {
        using var stream = await BalanceStream.OpenAsync(server.Http.BaseAddress!.ToString(), "acme-office");
        Assert.Equal(0, Messages(await stream.NextAsync()));
        await SendAsync(1);
        while (Messages(await stream.NextAsync()) < 1) Assert.Equal(0, Messages(stream.Current));
        // Faster than it may be told: the newest wins.
        for (var i = 2; i <= 60; i++) await SendAsync(i);
        while (Messages(await stream.NextAsync()) < 60) Assert.InRange(Messages(stream.Current), 1, 60);
        Assert.InRange(stream.Updates, 3, stream.MostAt(Limits.BalanceUpdatesPerSecondMax));
        // The same document as when it is asked for.
        Assert.Equal(await server.Http.GetStringAsync("/v1/subscriptions/acme-office/balance"), stream.Current.GetRawText());
    }

    [Fact]
    public async Task A_subscription_that_is_not_there_is_refused_before_anything_is_streamed() =>
        Assert.Equal(HttpStatusCode.NotFound, (await server.SendAsync(HttpMethod.Get, "/v1/subscriptions/nobody/balance/stream", "-", [])).Status);

    [Fact]
    public async Task A_server_that_stops_ends_the_stream_instead_of_waiting_for_its_listener()
    {
        using var stopped = await RunningServer.StartAsync();
        using var stream = await BalanceStream.OpenAsync(stopped.Http.BaseAddress!.ToString(), "acme-office");
        await stream.NextAsync();
        await stopped.DisposeAsync();
        // An end, not a connection that was broken off when patience was over.
        Assert.Equal("The stream ended.", (await Assert.ThrowsAsync<ProcessFailure>(stream.NextAsync)).Message);
    }

    private static int Messages(JsonElement balance) => balance.GetProperty("periods").EnumerateArray()
        .SelectMany(period => period.GetProperty("usage").GetProperty("meters").EnumerateArray()).Where(meter => meter.GetProperty("meter").GetString() == "sms").Sum(meter => meter.GetProperty("count").GetInt32());

    private async Task SendAsync(int number) => Assert.Equal(HttpStatusCode.Accepted, (await server.PostAsync(
        "application/cloudevents+json",
        string.Create(CultureInfo.InvariantCulture, $$"""{"specversion":"1.0","id":"m{{number}}","source":"streamed","type":"sms.sent","subject":"493023125001","time":"2026-04-04T08:00:00Z"}"""))).Status);
}
