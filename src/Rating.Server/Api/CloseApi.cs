using Rating.Domain;
using Rating.Engine.Views;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>Closing: periods become snapshots, snapshots become invoices. Each can be asked for twice.</summary>
internal static class CloseApi
{
    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapPost("/close", (CloseRequest? request, Installation here, Caller caller, CancellationToken cancellation) => Close(null, null, request, here, caller, cancellation))
            .WithSummary("Closes all periods that are due, and bills the accounts that are complete.").WithTags("closing").Produces<CloseOutcomeDocument>().ProducesProblem(409);
        v1.MapPost("/accounts/{id}/close", (string id, CloseRequest? request, Installation here, Caller caller, CancellationToken cancellation) => Close(new AccountId(id), null, request, here, caller, cancellation))
            .WithSummary("Closes the periods of one account that are due.").WithTags("closing").Produces<CloseOutcomeDocument>().ProducesProblem(404).ProducesProblem(409);
        v1.MapPost("/subscriptions/{id}/close", (string id, CloseRequest? request, Installation here, Caller caller, CancellationToken cancellation) => Close(null, new SubscriptionId(id), request, here, caller, cancellation))
            .WithSummary("Closes the periods of one subscription that are due; refused before their time unless it ends the subscription.").WithTags("closing")
            .Produces<CloseOutcomeDocument>().ProducesProblem(404).ProducesProblem(409);
        v1.MapPost("/billrun", BillRun).WithSummary("Makes all invoices that are due and not made.").WithTags("closing").Produces<IReadOnlyList<InvoiceSummary>>().ProducesProblem(404);
        v1.MapGet("/close/progress", (Installation here, Caller caller, CancellationToken cancellation) => here.Engine.CloseProgressAsync(caller.Tenant, cancellation)).ExcludeFromDescription();
    }

    private static async Task<IResult> Close(AccountId? account, SubscriptionId? subscription, CloseRequest? request, Installation here, Caller caller, CancellationToken cancellation) =>
        Results.Text(await here.Engine.CloseDocumentAsync(caller.Tenant, account, subscription, Days.Maybe(request?.Through, "through"), cancellation), "application/json");

    private static async Task<IReadOnlyList<InvoiceSummary>> BillRun(BillRunRequest? request, Installation here, Caller caller, CancellationToken cancellation)
    {
        if (request?.Account is { } account) NeedAccount(account, here, caller);
        return await here.Engine.BillRunAsync(caller.Tenant, request?.Account is { } only ? new AccountId(only) : null, request?.Activations ?? false, cancellation);
    }

    private static void NeedAccount(string id, Installation here, Caller caller)
    {
        if (!here.Engine.Book.Read(book => book.Tenant(caller.Tenant)?.Accounts.ContainsKey(id) ?? false)) throw new Refused("account.unknown", $"There is no account '{id}'.");
    }
}
