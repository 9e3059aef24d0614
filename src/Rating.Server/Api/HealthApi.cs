using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>Whether the process lives, and whether it can take and rate usage.</summary>
internal static class HealthApi
{
    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Results.Text("live")).WithSummary("200 while the process answers.").WithTags("operation").Produces<string>(200, "text/plain");
        app.MapGet("/health/ready", Ready).WithSummary("200 when all partitions are loaded and move; 503 with the reason otherwise.").WithTags("operation").Produces<string>(200, "text/plain").ProducesProblem(503);
    }

    private static async Task<IResult> Ready(Installation here, CancellationToken cancellation)
    {
        var why = await here.Engine.NotReadyAsync(cancellation);
        return why.Length == 0 ? Results.Text("ready") : throw new Engine.Unavailable(why);
    }
}
