using Rating.Audit;
using Rating.Server.Auditing;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>Runs the auditor over what is stored: it recomputes everything with code of its own.</summary>
internal static class AuditApi
{
    /// <summary>Maps its path.</summary>
    public static void Map(IEndpointRouteBuilder v1) =>
        v1.MapPost("/audit", Audit).WithSummary("Reads the log back and recomputes every verdict, snapshot, invoice and running charge.").WithTags("reports").Produces<AuditDocument>();

    private static async Task<AuditDocument> Audit(Installation here, CancellationToken cancellation)
    {
        await here.Engine.CaughtUpAsync(cancellation);
        var source = await EngineAuditSource.ReadAsync(here.Engine, here.Log, here.Settings, cancellation);
        return AuditDocument.Of(await Task.Run(() => Auditor.Run(source), cancellation));
    }
}
