using Microsoft.AspNetCore.OpenApi;

namespace Rating.Server.Api;

/// <summary>How the API describes itself at <c>/openapi/v1.json</c>; the golden file is docs/openapi.json.</summary>
internal static class OpenApiPage
{
    /// <summary>Sets what the document says about the whole, and takes out what changes from run to run.</summary>
    public static void Configure(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info.Title = "Rating";
        document.Info.Version = "v1";
        document.Info.Description = "Usage in, running charge, close, invoice out. Quantities and amounts are decimal text; days are local dates, moments RFC 3339.";
        document.Servers?.Clear();
        return Task.CompletedTask;
    });
}
