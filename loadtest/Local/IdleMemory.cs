using System.Text;
using Rating.Engine;
using Rating.Loadtest.Processes;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Local;

/// <summary>Row 6: memory of a subscription with usage in 3 meters and 2 subjects, after a restart on a durable store in a process of its own, so that neither log nor store nor caches count.</summary>
internal static class IdleMemory
{
    public const string Kind = "idle";
    private const double GoalBytes = 400;

    public static async IAsyncEnumerable<Figure> MeasureAsync(Options options, Func<Task<Place>> newPlace)
    {
        var (few, many) = options.Quick ? (5_000, 25_000) : (20_000, 220_000);
        var pairs = new List<(double, double)>();
        var beside = new List<(string, string)>();
        // Two pairs: they take long, and differ by about a tenth.
        for (var pair = 0; pair < Math.Min(2, options.Pairs); pair++)
        {
            var book = ((await HeapAsync(newPlace, many, withUsage: false)).Heap - (await HeapAsync(newPlace, few, withUsage: false)).Heap) / (double)(many - few);
            var (below, above) = (await HeapAsync(newPlace, few, withUsage: true), await HeapAsync(newPlace, many, withUsage: true));
            var bytes = (above.Heap - above.IdBytes - (below.Heap - below.IdBytes)) / (double)(many - few);
            pairs.Add((bytes, GoalBytes));
            if (pair > 0) continue;
            beside.Add(("of it in the book (terms, account, subjects)", $"{book:0} B"));
            beside.Add(("of it running totals", $"{bytes - book:0} B"));
            beside.Add(("remembered ids, not in it", $"{(double)above.IdBytes / many:0} B ({(double)above.IdBytes / above.Ids:0.0} B each)"));
        }

        yield return new Figure("6", "Bytes per idle subscription (denominator: the goal)", "B", pairs, 1, AtLeast: false, beside);
    }

    /// <summary>Opens a place and says what the engine takes that loaded it.</summary>
    public static async Task ChildAsync(Place place)
    {
        await using var open = await place.OpenAsync();
        await using var engine = await StartAsync(open);
        for (var i = 0; i < 3; i++) GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var (bytes, ids) = engine.RememberedIds;
        Children.Say(new Taken(heap, bytes, ids));
        GC.KeepAlive(engine);
    }

    private static async Task<Taken> HeapAsync(Func<Task<Place>> newPlace, int count, bool withUsage)
    {
        var place = await newPlace();
        await using (var open = await place.OpenAsync())
        await using (var engine = await StartAsync(open))
        {
            await engine.PutCatalogAsync(Customers.Tenant, Tariff.ThreeMeters, null, default);
            await Customers.OnboardAsync(engine, count, _ => "team", perDocument: 5_000);
            if (withUsage)
                for (var from = 0; from < count; from += 3_000) await engine.Intake.AcceptAsync(Customers.Tenant, Usage(from, Math.Min(count, from + 3_000)), default);
            await engine.CaughtUpAsync(default);
        }

        Taken taken;
        using (var restarted = new ChildProcess(Kind, place)) taken = await restarted.AnswerAsync<Taken>();
        place.Delete();
        return taken;
    }

    private static Task<RatingEngine> StartAsync(Place.OpenPlace open) => RatingEngine.StartAsync(open.Log, open.Store, EngineWorld.Settings, new FixedClock(), TimeProvider.System, default);

    private static List<ReadOnlyMemory<byte>> Usage(int from, int to)
    {
        var events = new List<ReadOnlyMemory<byte>>();
        for (var i = from; i < to; i++)
            foreach (var (type, data) in new[] { ("call", "\"s\":61"), ("sms", ""), ("store", "\"gb\":12.5") })
                events.Add(Encoding.UTF8.GetBytes(
                    $"{{\"specversion\":\"1.0\",\"id\":\"{type}-{i}\",\"source\":\"pbx\",\"type\":\"{type}\",\"subject\":\"{Customers.Subject(i, type == "store" ? 1 : 0)}\",\"time\":\"2026-03-05T10:00:00Z\",\"data\":{{{data}}}}}"));
        return events;
    }

    /// <summary>What a loaded engine takes.</summary>
    internal sealed record Taken(long Heap, long IdBytes, long Ids);
}
