using Rating.Engine;
using Rating.Engine.Store;

namespace Rating.Loadtest.World;

/// <summary>An engine in memory with the sample tariff and many subscriptions, ready for usage.</summary>
internal static class EngineWorld
{
    public static readonly RatingSettings Settings = new() { Partitions = 4 };

    /// <summary>A store in which the customers are.</summary>
    public static async Task<MemoryRatingStore> OnboardedAsync(int subscriptions)
    {
        var store = new MemoryRatingStore(Settings.Partitions);
        await OnboardAsync(store, subscriptions, Settings);
        return store;
    }

    /// <summary>Puts the customers into an empty store.</summary>
    public static async Task OnboardAsync(IRatingStore store, int subscriptions, RatingSettings settings, int perAccount = Customers.PerAccount)
    {
        await using var log = new GatedLog(settings.Partitions);
        await using var engine = await RatingEngine.StartAsync(log, store, settings, new FixedClock(), TimeProvider.System, default);
        await engine.PutCatalogAsync(Customers.Tenant, Tariff.Sample(), null, default);
        await Customers.OnboardAsync(engine, subscriptions, UsageMaker.Plan, perAccount: perAccount);
    }
}
