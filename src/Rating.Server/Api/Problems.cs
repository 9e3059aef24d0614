using System.Globalization;
using System.Text.Json;
using Rating.Domain;
using Rating.Engine;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>What a caller is told when a request cannot be done: application/problem+json (RFC 9457) with <c>code</c> and <c>where</c>.</summary>
internal static class Problems
{
    /// <summary>Codes that say: the document is right, but what is there already stands against it.</summary>
    private static readonly string[] Conflicts =
        ["close.", "subscription.closed", "subscription.fixed", "subject.closed", "catalog.currency", "catalog.plan.used", "catalog.plan.interval", "catalog.missing", "import.running", "data.locked"];

    private static readonly Dictionary<string, int> Named = new(StringComparer.Ordinal)
    {
        ["batch.size"] = StatusCodes.Status413PayloadTooLarge,
        ["request.size"] = StatusCodes.Status413PayloadTooLarge,
        ["request.type"] = StatusCodes.Status415UnsupportedMediaType,
        ["request.host"] = StatusCodes.Status403Forbidden,
        ["request.origin"] = StatusCodes.Status403Forbidden,
    };

    /// <summary>The status of a refusal.</summary>
    public static int StatusOf(Refused refused)
    {
        if (Named.TryGetValue(refused.Code, out var status)) return status;
        if (refused.Code.StartsWith("request.", StringComparison.Ordinal) || refused.Code.StartsWith("event.", StringComparison.Ordinal)) return StatusCodes.Status400BadRequest;
        if (Conflicts.Any(code => refused.Code.StartsWith(code, StringComparison.Ordinal))) return StatusCodes.Status409Conflict;
        // The thing that the path names is not there; in a document, an unknown name is a fault of the document and has a place.
        if (refused.Code.EndsWith(".unknown", StringComparison.Ordinal) && refused.Where.Length == 0) return StatusCodes.Status404NotFound;
        return StatusCodes.Status422UnprocessableEntity;
    }

    /// <summary>Runs the rest of the request and turns what it throws into a problem.</summary>
    public static async Task Handle(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response.StatusCode >= 400 && context.Response.ContentLength is null && context.Response.ContentType is null)
                await Write(context, context.Response.StatusCode, "request.path", Missing(context), "");
        }
        catch (Exception wrong) when (!context.Response.HasStarted)
        {
            await Answer(context, wrong);
        }
    }

    private static Task Answer(HttpContext context, Exception wrong)
    {
        var logger = context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("Rating.Api");
        var (method, path) = (context.Request.Method, context.Request.Path.ToString());
        switch (wrong)
        {
            case Refused refused:
                return Write(context, StatusOf(refused), refused.Code, refused.Message, refused.Where);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return Write(context, StatusCodes.Status413PayloadTooLarge, "request.size", $"The body is larger than {Limits.RequestBytesMax} bytes; send it in parts.", "");
            case BadHttpRequestException { InnerException: JsonException json } bad:
                return Write(context, bad.StatusCode, "request.json", $"The body is not what this path takes: {json.Message}", json.Path ?? "");
            case BadHttpRequestException bad:
                return Write(context, bad.StatusCode, "request.invalid", bad.Message, "");
            case Unavailable unavailable:
                ServerLog.RequestUnavailable(logger, method, path, unavailable.Message);
                context.Response.Headers.RetryAfter = "1";
                return Write(context, StatusCodes.Status503ServiceUnavailable, "unavailable", unavailable.Message, "");
            case OperationCanceledException when context.RequestAborted.IsCancellationRequested:
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
                return Task.CompletedTask;
            default:
                ServerLog.RequestFailed(logger, wrong, method, path);
                return Write(context, StatusCodes.Status500InternalServerError, "program.fault", "The program has a fault here. It is in the log of the server; please report it.", "");
        }
    }

    private static string Missing(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}; /openapi/v1.json lists what there is.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not for {context.Request.Path}; allowed: {context.Response.Headers.Allow}.",
        StatusCodes.Status415UnsupportedMediaType => "The content type is not one that this path takes; send application/json.",
        var status => string.Create(CultureInfo.InvariantCulture, $"The request cannot be answered (status {status})."),
    };

    private static async Task Write(HttpContext context, int status, string code, string detail, string where)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        await JsonSerializer.SerializeAsync(
            context.Response.Body, new Documents.Problem($"urn:rating:{code}", Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status), status, detail, code, where), JsonSerializerOptions.Web, CancellationToken.None);
    }
}
