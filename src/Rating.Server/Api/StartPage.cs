using System.Net;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>What a person sees who opens the server's address: where to go from here.</summary>
internal static class StartPage
{
    /// <summary>Maps it.</summary>
    public static void Map(IEndpointRouteBuilder app) => app.MapGet("/", (HttpContext context, Installation here, Caller caller) =>
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return Results.Text(Page(here, caller), "text/html; charset=utf-8");
    }).ExcludeFromDescription();

    private static string Page(Installation here, Caller caller)
    {
        var subscriptions = !here.IsLoaded ? [] : here.Engine.Book.Read(book =>
            (book.Tenant(caller.Tenant)?.Subscriptions.Keys ?? []).Order(StringComparer.Ordinal).Take(20).ToList());
        var charges = string.Concat(subscriptions.Select(id => $"<li><a href=\"/v1/subscriptions/{WebUtility.HtmlEncode(Uri.EscapeDataString(id))}/balance\">{WebUtility.HtmlEncode(id)}</a></li>"));
        return $$"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Rating</title><style>
            body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; color: #1c2430; font: 16px/1.55 "Helvetica Neue", Arial, sans-serif; } h1 { color: #17406d; } a { color: #17609f; } code { background: #f0f4f9; padding: 0 .25em; }
            </style></head><body>
            <h1>Rating</h1>
            <p>{{(here.IsLoaded ? "All partitions are loaded." : "The partitions are being loaded.")}} Usage goes to <code>POST /v1/events</code> as CloudEvents.</p>
            <ul>
            <li><a href="/v1/invoices">Invoices</a>, each also as a page: <code>/v1/invoices/1.html</code></li>
            <li><a href="/v1/suspense">Suspense</a>: usage that could not be rated yet</li>
            <li><a href="/v1/reconciliation">Reconciliation</a>: received against decided</li>
            <li><a href="/v1/status">Status</a> of the partitions, <a href="/health/ready">readiness</a></li>
            <li><a href="/v1/catalog">Price book</a>, <a href="/v1/accounts">accounts</a>, <a href="/v1/subscriptions">subscriptions</a></li>
            <li><a href="/openapi/v1.json">OpenAPI</a></li>
            </ul>
            {{(charges.Length == 0 ? "" : $"<h2>Running charges</h2><ul>{charges}</ul>")}}
            </body></html>
            """;
    }
}
