using System.Runtime.CompilerServices;
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

    private static Task Watch(Installation here, Caller caller, HttpContext context) => EventStream.WriteAsync(context, ends => Alerts(here, caller, ends));

    private static async IAsyncEnumerable<string> Alerts(Installation here, Caller caller, [EnumeratorCancellation] CancellationToken ends)
    {
        var alerts = await here.Engine.ListenAsync(caller.Tenant, ends);
        yield return "event: listening\ndata: {}";
        await foreach (var alert in alerts.WithCancellation(ends)) yield return $"event: alert\nid: {alert.Id}\ndata: {alert.Document}";
    }
}
