using System.Text.Json;
using System.Text.Json.Nodes;
using Rating.Domain;
using Rating.Engine.Books;
using Rating.Server.Files;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>Accounts, their subscriptions, and which number or device belongs to which subscription from when to when.</summary>
internal static class PartiesApi
{
    private const int PageMax = 1_000;

    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapPost("/parties", Parties).WithSummary("Records accounts, subscriptions and subject assignments together: all of them, or none.").WithTags("parties")
            .Accepts<PartiesDocument>("application/json").Produces(204).ProducesProblem(409).ProducesProblem(422);
        v1.MapGet("/accounts", Accounts).WithSummary("Accounts by id, `limit` (at most 1000) after the id `after`.").WithTags("parties").Produces<IReadOnlyList<AccountDocument>>();
        v1.MapGet("/accounts/{id}", OneAccount).WithSummary("One account.").WithTags("parties").Produces<AccountDocument>().ProducesProblem(404);
        v1.MapPut("/accounts/{id}", PutAccount).WithSummary("Records an account's whole state.").WithTags("parties").Accepts<AccountDocument>("application/json").Produces(204).ProducesProblem(422);
        v1.MapGet("/subscriptions", Subscriptions).WithSummary("Subscriptions by id, of one `account` or all, `limit` (at most 1000) after the id `after`.").WithTags("parties").Produces<IReadOnlyList<SubscriptionDocument>>();
        v1.MapGet("/subscriptions/{id}", OneSubscription).WithSummary("One subscription.").WithTags("parties").Produces<SubscriptionDocument>().ProducesProblem(404);
        v1.MapPut("/subscriptions/{id}", PutSubscription).WithSummary("Records a subscription's whole new state.").WithTags("parties")
            .Accepts<SubscriptionDocument>("application/json").Produces(204).ProducesProblem(409).ProducesProblem(422);
        v1.MapGet("/subjects/{subject}", Subject).WithSummary("To whom a number or device belongs, and belonged.").WithTags("parties").Produces<SubjectDocument>().ProducesProblem(404);
        v1.MapPut("/subjects/{subject}", PutSubject).WithSummary("Assigns a number or device from a moment on; a null subscription takes it away.").WithTags("parties")
            .Accepts<AssignmentDocument>("application/json").Produces(204).ProducesProblem(409).ProducesProblem(422);
    }

    private static async Task<IResult> Parties(HttpContext context, Installation here, Caller caller, CancellationToken cancellation)
    {
        await here.Engine.PutPartiesAsync(caller.Tenant, (await BodyObject(context.Request, cancellation)).ToJsonString(), cancellation);
        return Results.NoContent();
    }

    private static Task<IResult> PutAccount(string id, HttpContext context, Installation here, Caller caller, CancellationToken cancellation) =>
        PutOne("accounts", "id", id, context, here, caller, cancellation);

    private static Task<IResult> PutSubscription(string id, HttpContext context, Installation here, Caller caller, CancellationToken cancellation) =>
        PutOne("subscriptions", "id", id, context, here, caller, cancellation);

    private static Task<IResult> PutSubject(string subject, HttpContext context, Installation here, Caller caller, CancellationToken cancellation) =>
        PutOne("subjects", "subject", subject, context, here, caller, cancellation);

    // A body without its name, or with the one of the path, as a list of one.
    private static async Task<IResult> PutOne(string list, string member, string name, HttpContext context, Installation here, Caller caller, CancellationToken cancellation)
    {
        var body = await BodyObject(context.Request, cancellation);
        if (body[member] is { } own && !(own is JsonValue value && value.TryGetValue<string>(out var text) && text == name))
            throw new Refused("request.name", $"The body's '{member}' is not '{name}', which the path names.") { Where = member };
        body[member] = name;
        try
        {
            await here.Engine.PutPartiesAsync(caller.Tenant, new JsonObject { [list] = new JsonArray(body) }.ToJsonString(), cancellation);
        }
        catch (Refused refused) when (refused.Where.StartsWith(list + "[0]", StringComparison.Ordinal))
        {
            // Told in the terms of the body that came.
            var inList = refused.Where;
            var inBody = inList[(list.Length + 3)..].TrimStart('.');
            throw new Refused(refused.Code, refused.Message.Replace(inList, inBody.Length == 0 ? "The body" : inBody, StringComparison.Ordinal)) { Where = inBody.Length == 0 ? "body" : inBody };
        }

        return Results.NoContent();
    }

    private static List<AccountDocument> Accounts(string? after, int? limit, Installation here, Caller caller) => here.Engine.Book.Read(book =>
        Page(book.Tenant(caller.Tenant)?.Accounts.Values ?? [], account => account.Id.Value, after, limit).Select(AccountDocument.Of).ToList());

    private static AccountDocument OneAccount(string id, Installation here, Caller caller) => here.Engine.Book.Read(book =>
        book.Tenant(caller.Tenant)?.Accounts.GetValueOrDefault(id) is { } account ? AccountDocument.Of(account) : throw new Refused("account.unknown", $"There is no account '{id}'."));

    private static List<SubscriptionDocument> Subscriptions(string? account, string? after, int? limit, Installation here, Caller caller) => here.Engine.Book.Read(book =>
        Page((book.Tenant(caller.Tenant)?.Subscriptions.Values ?? []).Where(entry => account is null || entry.Subscription.Account.Value == account), entry => entry.Subscription.Id.Value, after, limit)
            .Select(SubscriptionDocument.Of).ToList());

    private static SubscriptionDocument OneSubscription(string id, Installation here, Caller caller) => here.Engine.Book.Read(book =>
        book.Tenant(caller.Tenant)?.Subscriptions.GetValueOrDefault(id) is { } entry ? SubscriptionDocument.Of(entry) : throw new Refused("subscription.unknown", $"There is no subscription '{id}'."));

    private static SubjectDocument Subject(string subject, Installation here, Caller caller) => here.Engine.Book.Read(book =>
        book.Tenant(caller.Tenant)?.AssignmentsOf(subject) is { Length: > 0 } assignments
            ? SubjectDocument.Of(subject, assignments)
            : throw new Refused("subject.unknown", $"Nobody ever had '{subject}'."));

    private static IEnumerable<T> Page<T>(IEnumerable<T> all, Func<T, string> id, string? after, int? limit) =>
        all.Where(item => after is null || string.CompareOrdinal(id(item), after) > 0).OrderBy(id, StringComparer.Ordinal).Take(Math.Clamp(limit ?? PageMax, 1, PageMax));

    private static async Task<JsonObject> BodyObject(HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentType is { } type && !type.Contains("json", StringComparison.OrdinalIgnoreCase)) throw new Refused("request.type", "Send application/json.");
        var json = CatalogFile.CheckedJson(Utf8Text.Decode((await RequestBody.ReadAsync(request, cancellation)).Span));
        return JsonNode.Parse(json) as JsonObject ?? throw new Refused("request.json", "The body must be a JSON object.");
    }
}
