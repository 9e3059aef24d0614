using System.Text.Json.Nodes;
using NodaTime;
using Rating.TestKit;

namespace Rating.Tests.Server;

/// <summary>A server closes what is due by itself (docs/serve.md, <c>CalendarSeconds</c>).</summary>
public sealed class ServerCalendarTests
{
    [Fact]
    public async Task A_server_with_a_calendar_bills_a_month_that_is_over_without_being_asked()
    {
        using var server = await RunningServer.StartAsync(Instant.FromUtc(2026, 3, 20, 0, 0), calendarEvery: TimeSpan.FromMilliseconds(50));
        try
        {
            Assert.Empty(await InvoicesAsync(server));
            server.Clock.Set(Instant.FromUtc(2026, 4, 5, 0, 0));
            await Until.SoAsync("three accounts have their invoice of March", async () => (await InvoicesAsync(server)).Count == 3);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static async Task<JsonArray> InvoicesAsync(RunningServer server) => (await server.Client.GetAsync<JsonArray>("/v1/invoices", CancellationToken.None))!;
}
