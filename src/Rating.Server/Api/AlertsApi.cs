using System.Text.Json;
using Rating.Domain;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>Thresholds that were reached: those that are stored, and new ones as they come.</summary>
internal static class AlertsApi
{
    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapGet("/alerts", List).WithSummary("All thresholds that were reached, of one subscription with `subscription`: documents as in docs/formats.md, by subscription and period.").WithTags("running charge").Produces<IReadOnlyList<JsonElement>>();
        v1.MapGet("/alerts/stream", Watch).WithSummary("Thresholds as they are reached from now on, as server-sent events `alert` with their id and the same document, after an event `listening`. What is missed here is in the list.")
            .WithTags("running charge").Produces<string>(200, "text/event-stream");
    }

    private static async Task<IResult> List(string? subscription, Installation here, Caller caller, CancellationToken cancellation)
    {
        var documents = new List<string>();
        await foreach (var alert in here.Engine.Store.ReadAlertsAsync(caller.Tenant, subscription is null ? null : new SubscriptionId(subscription), cancellation)) documents.Add(alert.Document);
        return Results.Text($"[{string.Join(',', documents)}]", "application/json");
    }

    private static async Task Watch(Installation here, Caller caller, HttpContext context, CancellationToken cancellation)
    {
        try
        {
            var alerts = await here.Engine.ListenAsync(caller.Tenant, cancellation);
            (context.Response.ContentType, context.Response.Headers.CacheControl) = ("text/event-stream", "no-cache");
            await context.Response.WriteAsync("event: listening\ndata: {}\n\n", cancellation);
            await context.Response.Body.FlushAsync(cancellation);
            await foreach (var alert in alerts)
            {
                await context.Response.WriteAsync($"event: alert\nid: {alert.Id}\ndata: {alert.Document}\n\n", cancellation);
                await context.Response.Body.FlushAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The listener has gone.
        }
    }
}
