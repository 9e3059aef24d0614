using Rating.Domain;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>The running charge.</summary>
internal static class BalanceApi
{
    /// <summary>Maps its path.</summary>
    public static void Map(IEndpointRouteBuilder v1) =>
        v1.MapGet("/subscriptions/{id}/balance", Balance).WithSummary("The running charge now, per charge and meter: priced, not invoiced.").WithTags("running charge").Produces<BalanceDocument>().ProducesProblem(404);

    private static async Task<IResult> Balance(string id, Installation here, Caller caller, CancellationToken cancellation) =>
        Results.Text(await here.Engine.BalanceDocumentAsync(caller.Tenant, new SubscriptionId(id), cancellation), "application/json");
}
