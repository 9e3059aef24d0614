using Rating.Domain;
using Rating.Engine.Taxes;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>What is to be declared: the taxes of invoices, added up.</summary>
internal static class TaxesApi
{
    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder v1) => v1.MapGet("/taxes", Report)
        .WithSummary("The tax lines of all invoices dated from the day `from` up to the day before `to`, added up by jurisdiction, type, rule, percent and note.").WithTags("reports")
        .Produces<IReadOnlyList<TaxReportRow>>().ProducesProblem(400);

    private static Task<IReadOnlyList<TaxReportRow>> Report(string? from, string? to, Installation here, Caller caller, CancellationToken cancellation)
    {
        var first = Days.Maybe(from, "from") ?? throw new Refused("request.date", "'from' is missing; write from=2026-04-01.") { Where = "from" };
        var end = Days.Maybe(to, "to") ?? throw new Refused("request.date", "'to' is missing: the day after the last; write to=2026-05-01.") { Where = "to" };
        return end > first ? here.Engine.TaxReportAsync(caller.Tenant, first, end, cancellation) : throw new Refused("request.date", "'to' must be after 'from'; it is the day after the last.") { Where = "to" };
    }
}
