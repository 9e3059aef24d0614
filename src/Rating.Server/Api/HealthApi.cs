using Rating.Engine;
using Rating.Engine.Views;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>Whether the process lives, whether it can take and rate usage, and how far each part is.</summary>
internal static class HealthApi
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => Results.Text("live")).WithSummary("200 while the process answers.").WithTags("operation").Produces<string>(200, "text/plain");
        app.MapGet("/health/ready", Ready).WithSummary("200 when all partitions are loaded and move, and log and store answer; 503 with the reasons otherwise.").WithTags("operation").Produces<string>(200, "text/plain").ProducesProblem(503);
        app.MapGet("/v1/status", Status).WithSummary("How far each partition has read and each stream is published, and why one stands still.").WithTags("operation").Produces<StatusDocument>();
        app.MapGet("/v1/partitions", Partitions).WithSummary("How far each partition has read, its lag, and why one stands still.").WithTags("operation").Produces<List<PartitionDocument>>();
    }

    private static async Task<IResult> Ready(Installation here, CancellationToken cancellation)
    {
        var reasons = here.Engine.NotReady.ToList();
        // An engine without work does not notice that what it stands on is gone.
        var (log, store) = (WhyNot("log", here.Log.EndAsync(0, cancellation).AsTask()), WhyNot("store", here.Store.PlaceOfAsync(0, cancellation)));
        reasons.AddRange(new[] { await log, await store }.OfType<string>());
        return reasons.Count == 0 ? Results.Text("ready") : throw new Unavailable($"Degraded: {string.Join("; ", reasons)}");
    }

    private static async Task<string?> WhyNot<T>(string what, Task<T> answer)
    {
        try
        {
            await answer.WaitAsync(AnswerTime);
            return null;
        }
        catch (Exception wrong) when (wrong is Unavailable or TimeoutException)
        {
            return $"the {what} does not answer{(wrong is TimeoutException ? $" within {AnswerTime.TotalSeconds:0} s" : $": {wrong.Message}")}";
        }
    }

    private static async Task<StatusDocument> Status(Installation here, Caller caller, CancellationToken cancellation) => new(
        caller.Tenant.Value, here.Engine.Book.Sequence, await Partitions(here, cancellation), [.. here.HandOffs.Select(one => new HandOffDocument(one.Stream, one.Position, one.Problem))]);

    private static async Task<List<PartitionDocument>> Partitions(Installation here, CancellationToken cancellation) => [.. (await here.Engine.StatusAsync(cancellation)).Select(PartitionDocument.Of)];
}
