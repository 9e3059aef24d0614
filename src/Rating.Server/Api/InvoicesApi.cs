using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Rating.Domain;
using Rating.Engine.BillRuns;
using Rating.Engine.Store;
using Rating.Engine.Views;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>Snapshots and invoices, as they were stored.</summary>
internal static class InvoicesApi
{
    private const int PageMax = 1_000;

    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapGet("/subscriptions/{id}/snapshots", Snapshots).WithSummary("The snapshots of a subscription, by period and kind.").WithTags("invoices").Produces<IReadOnlyList<SnapshotDocument>>().ProducesProblem(404);
        v1.MapGet("/invoices", List).WithSummary("Invoices by number, of one `account` or all, `limit` (at most 1000) after the number `after`.").WithTags("invoices").Produces<IReadOnlyList<InvoiceSummary>>();
        v1.MapGet("/invoices/{number}", Json).WithSummary("One invoice.").WithTags("invoices").Produces<InvoiceDocument>().ProducesProblem(404);
        v1.MapGet("/invoices/{number}.html", Html).WithSummary("One invoice as a page to print.").WithTags("invoices").Produces<string>(200, "text/html").ProducesProblem(404);
    }

    private static async Task<IResult> Snapshots(string id, Installation here, Caller caller, CancellationToken cancellation)
    {
        if (!here.Engine.Book.Read(book => book.Tenant(caller.Tenant)?.Subscriptions.ContainsKey(id) ?? false)) throw new Refused("subscription.unknown", $"There is no subscription '{id}'.");
        var json = new StringBuilder("[");
        await foreach (var snapshot in here.Store.ReadSnapshotsAsync(caller.Tenant, new SubscriptionId(id), null, cancellation))
            json.Append(json.Length > 1 ? "," : "").Append(snapshot.Document);
        return Results.Text(json.Append(']').ToString(), "application/json");
    }

    private static async Task<IReadOnlyList<InvoiceSummary>> List(string? account, string? after, int? limit, Installation here, Caller caller, CancellationToken cancellation)
    {
        var (last, most) = (after is null ? 0 : NumberOf(after), Math.Clamp(limit ?? PageMax, 1, PageMax));
        var invoices = new List<InvoiceSummary>();
        await foreach (var invoice in here.Store.ReadInvoicesAsync(caller.Tenant, account is null ? null : new AccountId(account), cancellation))
        {
            if (invoice.Number <= last) continue;
            invoices.Add(InvoiceDocument.Read(invoice.Document).Summary);
            if (invoices.Count == most) break;
        }

        return invoices;
    }

    private static async Task<IResult> Json(string number, Installation here, Caller caller, CancellationToken cancellation)
    {
        var invoice = await Find(number, here, caller, cancellation);
        return InvoiceSections.AreLeftOut(invoice.Document)
            ? Results.Stream(to => InvoiceSections.WriteAsync(here.Store, invoice, to, cancellation), "application/json")
            : Results.Text(invoice.Document, "application/json");
    }

    private static async Task<IResult> Html(string number, HttpContext context, Installation here, Caller caller, CancellationToken cancellation)
    {
        var invoice = await Find(number, here, caller, cancellation);
        var (account, book) = here.Engine.Book.Read(read =>
        {
            var tenant = read.Tenant(caller.Tenant);
            return (tenant?.Accounts.GetValueOrDefault(invoice.Account.Value), tenant is { Catalogs: [.., var latest] } ? latest.Catalog.Name : "");
        });
        var seller = here.Seller.Name.Length > 0 ? here.Seller : new Seller(book, []);
        var to = account is null ? new AccountDocument(invoice.Account.Value, invoice.Account.Value) : AccountDocument.Of(account);
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return Results.Text(InvoicePage.Write(InvoiceDocument.Read(await InvoiceSections.TextAsync(here.Store, invoice, cancellation)), seller, to), "text/html; charset=utf-8");
    }

    private static async Task<StoredInvoice> Find(string number, Installation here, Caller caller, CancellationToken cancellation) =>
        await here.Store.ReadInvoiceAsync(caller.Tenant, NumberOf(number), cancellation) is { } invoice
            ? invoice
            : throw new Refused("invoice.unknown", $"There is no invoice '{number}'.");

    // Numbers are printed with what stands before the running part; that part alone will do.
    private static long NumberOf(string number)
    {
        var digits = number.AsSpan()[(number.AsSpan().LastIndexOfAnyExceptInRange('0', '9') + 1)..];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var running) ? running : throw new Refused("invoice.unknown", $"There is no invoice '{number}'.");
    }
}
