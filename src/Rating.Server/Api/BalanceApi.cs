using Rating.Domain;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>The running charge.</summary>
internal static class BalanceApi
{
    /// <summary>Maps its path.</summary>
    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapGet("/subscriptions/{id}/balance", Balance).WithSummary("The running charge now, per charge and meter: priced, not invoiced.").WithTags("running charge").Produces<BalanceDocument>().ProducesProblem(404);
        v1.MapGet("/subscriptions/{id}/balance/stream", Watch).WithSummary("The running charge now and after each change, as server-sent events `balance` with the same document; at most 4 a second, the newest wins.")
            .WithTags("running charge").Produces<string>(200, "text/event-stream").ProducesProblem(404);
    }

    private static async Task<IResult> Balance(string id, Installation here, Caller caller, CancellationToken cancellation) =>
        Results.Text(await here.Engine.BalanceDocumentAsync(caller.Tenant, new SubscriptionId(id), cancellation), "application/json");

    private static Task Watch(string id, Installation here, Caller caller, HttpContext context) =>
        EventStream.WriteAsync(context, ends => here.Engine.WatchBalanceAsync(caller.Tenant, new SubscriptionId(id), ends).Select(document => $"event: balance\ndata: {document}"));
}
