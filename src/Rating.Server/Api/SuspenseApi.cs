using Rating.Domain;
using Rating.Engine.Views;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>Usage that could not be rated: looked at, tried again, or decided not to be billed.</summary>
internal static class SuspenseApi
{
    private const int RecordsMax = 10_000;

    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapGet("/suspense", List).WithSummary("What waits, in groups, and up to `records` single records (at most 10000).").WithTags("suspense").Produces<SuspenseDocument>();
        v1.MapPost("/suspense/retry", Retry).WithSummary("Rates everything in suspense again.").WithTags("suspense").Produces<SuspenseOutcome>();
        v1.MapPost("/suspense/void", Void).WithSummary("Decides that records in suspense are not to be billed.").WithTags("suspense").Produces<SuspenseOutcome>().ProducesProblem(400);
    }

    private static async Task<SuspenseDocument> List(int? records, Installation here, Caller caller, CancellationToken cancellation)
    {
        var groups = await here.Engine.SuspenseAsync(caller.Tenant, cancellation);
        var single = new List<SuspendedRecordDocument>();
        if (records is > 0)
            await foreach (var (partition, entry) in here.Engine.SuspendedAsync(caller.Tenant, Math.Min(records.Value, RecordsMax), cancellation))
                single.Add(SuspendedRecordDocument.Of(partition, entry));
        return new SuspenseDocument(groups.Sum(group => group.Count), [.. groups.Select(SuspenseGroupDocument.Of)], single);
    }

    private static Task<SuspenseOutcome> Retry(Installation here, Caller caller, CancellationToken cancellation) => here.Engine.RetrySuspenseAsync(caller.Tenant, cancellation);

    private static Task<SuspenseOutcome> Void(VoidRequest request, Installation here, Caller caller, CancellationToken cancellation)
    {
        if (request.Positions is null || request.Positions.Count > RecordsMax || request.Positions.Any(place => place.Partition < 0 || place.Partition >= here.Log.Partitions || place.Position < 0))
            throw new Refused("request.positions", $"Name at most {RecordsMax} places, with partitions 0 to {here.Log.Partitions - 1}.") { Where = "positions" };
        return here.Engine.VoidSuspenseAsync(caller.Tenant, [.. request.Positions.Select(place => (place.Partition, place.Position))], cancellation);
    }
}
