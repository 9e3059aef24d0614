using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Domain.Usage;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>Whether the count closes (promise P7).</summary>
internal static class ReconciliationApi
{
    /// <summary>Maps its paths.</summary>
    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapGet("/reconciliation", Reconcile).WithSummary("Received against decided, per source and hour; with `source`, of that source only.").WithTags("reports").Produces<ReconciliationDocument>();
    }

    private static async Task<ReconciliationDocument> Reconcile(string? source, Installation here, Caller caller, CancellationToken cancellation)
    {
        var all = await here.Engine.ReconcileAsync(caller.Tenant, cancellation);
        var verdicts = all.Verdicts;
        if (source is not null)
            verdicts = [.. (await here.Store.ReadVerdictsAsync(cancellation)).Where(count => count.Tenant == caller.Tenant && count.Source == source)
                .GroupBy(count => (count.Verdict, count.Reason), (key, counts) => (key.Verdict, key.Reason, counts.Sum(count => count.Count)))];
        var rows = all.Rows.Where(row => source is null || row.Source == source).ToList();
        return new ReconciliationDocument(
            rows.Sum(row => row.Received), rows.Sum(row => row.Decided), rows.Sum(row => Math.Abs(row.Received - row.Decided)),
            new VerdictCounts(Of(Verdict.Rated), Of(Verdict.Late), Of(Verdict.NotBillable), Of(Verdict.Duplicate), Of(Verdict.Suspended), Of(Verdict.Rejected)),
            [.. verdicts.Where(count => count.Count != 0).OrderBy(count => count.Verdict).ThenBy(count => count.Reason).Select(count => new ReasonCount(Word(count.Verdict), Word(count.Reason), count.Count))],
            [.. rows.Select(row => new ReconciliationRowDocument(row.Source, InstantPattern.General.Format(Instant.FromUnixTimeSeconds(row.IngestHour * 3600)), row.Received, row.Decided))]);

        long Of(Verdict verdict) => verdicts.Where(count => count.Verdict == verdict).Sum(count => count.Count);
    }

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
