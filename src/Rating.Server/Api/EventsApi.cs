using Rating.Domain;
using Rating.Engine.Intake;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>Usage in over HTTP: CloudEvents 1.0, structured, batched or binary. Answered only when all of it is durable in the log.</summary>
internal static class EventsApi
{
    private const string Single = "application/cloudevents+json", Batch = "application/cloudevents-batch+json", Json = "application/json";

    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapPost("/events", Accept).WithSummary("Takes usage in: one CloudEvent (structured or binary mode) or a batch; answers when it is durable.").WithTags("usage")
            .Accepts<object>(Single, Batch, Json).Produces<EventReceipt>(StatusCodes.Status202Accepted)
            .ProducesProblem(400).ProducesProblem(413).ProducesProblem(415).ProducesProblem(503);
        v1.MapGet("/receipts/{receipt}", Decided).WithSummary("Whether everything of a receipt has its verdict; waits for it up to `wait` seconds (at most 60).").WithTags("usage")
            .Produces<ReceiptState>().ProducesProblem(400);
    }

    private static async Task<IResult> Accept(HttpContext context, Installation here, Caller caller)
    {
        var intake = here.Engine.Intake;
        var request = context.Request;
        var type = ContentType(request);
        if (request.Headers.ContentEncoding.Count > 0) throw new Refused("request.type", "A compressed body is not taken; send it plain.");
        var binary = type is not (Single or Batch) && BinaryEvent.IsOne(request.Headers);
        if (!binary && type is not (Single or Batch or Json))
            throw new Refused("request.type", $"Send {Single}, {Batch} or {Json}, or a binary-mode event with ce- headers and its data as {Json}.");
        var body = await RequestBody.ReadAsync(request, context.RequestAborted);
        var batch = !binary && (type == Batch || (type == Json && EventBatch.IsArray(body.Span)));
        var events = binary ? [BinaryEvent.ToStructured(request.Headers, type, body.Span)] : batch ? EventBatch.Split(body) : EventBatch.One(body);
        // Not the request's own cancellation: what is on its way into the log gets there, whether or not the caller waits.
        var receipt = await intake.AcceptAsync(caller.Tenant, events, CancellationToken.None);
        if (!batch && receipt.Malformed.Count > 0)
            throw new Refused("event.malformed", $"The event is malformed: {receipt.Malformed[0].Reason}. It is counted as received and as rejected.");
        return Results.Json(EventReceipt.Of(receipt), statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<ReceiptState> Decided(string receipt, int? wait, Installation here, CancellationToken cancellation)
    {
        var ends = EventReceipt.Ends(receipt);
        if (ends.Keys.Any(partition => partition >= here.Log.Partitions)) throw new Refused("request.receipt", "The receipt is not one of this installation.");
        foreach (var (partition, end) in ends)
            if (end > await here.Log.EndAsync(partition, cancellation)) throw new Refused("request.receipt", "The receipt is not one of this installation.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(Math.Clamp(wait ?? 0, 0, 60)) + TimeSpan.FromMilliseconds(10));
        try
        {
            await here.Engine.DecidedAsync(ends, patience.Token);
            return new ReceiptState(true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new ReceiptState(false);
        }
    }

    private static string ContentType(HttpRequest request)
    {
        var type = request.ContentType ?? "";
        var end = type.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? type : type[..end]).Trim().ToLowerInvariant();
    }
}
