using NodaTime.Text;
using Rating.Domain;
using Rating.Engine.Store;
using Rating.Server.Documents;
using Rating.Server.Hosting;
using Rating.Server.Importing;

namespace Rating.Server.Api;

/// <summary>What <c>rating import</c> talks to: rows of files as events, together with the rows that its reader refused, and which files were read whole.</summary>
/// <remarks>Internal: not in the OpenAPI document. Others send CloudEvents to <c>/v1/events</c>.</remarks>
internal static class ImportsApi
{
    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapPost("/imports/rows", Rows).ExcludeFromDescription();
        v1.MapGet("/imports/files/{hash}", Find).ExcludeFromDescription();
        v1.MapPut("/imports/files/{hash}", Save).ExcludeFromDescription();
    }

    private static async Task<IResult> Rows(string source, HttpContext context, Installation here, Caller caller)
    {
        if (context.Request.ContentType != ImportFrame.ContentType) throw new Refused("request.type", $"Only {ImportFrame.ContentType} is taken here.");
        var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
        var (events, refused) = ImportFrame.Read(body);
        var receipt = await here.Engine.Intake.AcceptAsync(caller.Tenant, events, refused, source, CancellationToken.None);
        return Results.Json(EventReceipt.Of(receipt), statusCode: StatusCodes.Status202Accepted);
    }

    private static async Task<ImportedFileDocument> Find(string hash, Installation here, Caller caller, CancellationToken cancellation) =>
        await here.Store.FindImportAsync(caller.Tenant, hash, cancellation) is { } file
            ? new ImportedFileDocument(file.Name, file.Rows, InstantPattern.General.Format(file.At))
            : throw new Refused("import.unknown", "No such file was imported.");

    private static async Task<IResult> Save(string hash, ImportedFileDocument file, Installation here, Caller caller, CancellationToken cancellation)
    {
        await here.Store.SaveImportAsync(new ImportedFile(caller.Tenant, hash, file.Name, file.Rows, here.Clock.GetCurrentInstant()), cancellation);
        return Results.NoContent();
    }
}
