using System.Text;
using NodaTime;
using Rating.Audit;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Intake;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Engine.Views;
using Rating.Server.Auditing;

namespace Rating.Tests.Engine;

/// <summary>An engine on a log and a store, with a clock that the test sets; every world ends with the auditor.</summary>
internal sealed class EngineWorld : IAsyncDisposable
{
    public static readonly TenantId Tenant = new("default");

    private EngineWorld(IUsageLog log, IRatingStore store, SettableClock clock, RatingSettings settings) => (Log, Store, Clock, Settings) = (log, store, clock, settings);

    public IUsageLog Log { get; }

    public IRatingStore Store { get; }

    public SettableClock Clock { get; }

    public RatingSettings Settings { get; }

    public RatingEngine Engine { get; private set; } = null!;

    public static async Task<EngineWorld> StartAsync(Instant now, RatingSettings? settings = null, IUsageLog? log = null, IRatingStore? store = null)
    {
        settings ??= new RatingSettings { Partitions = 3 };
        var world = new EngineWorld(log ?? new MemoryUsageLog(settings.Partitions), store ?? new MemoryRatingStore(settings.Partitions), new SettableClock(now), settings);
        await world.OpenAsync();
        return world;
    }

    public async Task OpenAsync() => Engine = await RatingEngine.StartAsync(Log, Store, Settings, Clock, TimeProvider.System, default);

    /// <summary>Stops the engine and starts another on the same log and store.</summary>
    public async Task RestartAsync()
    {
        await Engine.DisposeAsync();
        await OpenAsync();
    }

    public async Task<Receipt> SendAsync(params string[] events)
    {
        var receipt = await Engine.Intake.AcceptAsync(Tenant, [.. events.Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text))], default);
        await Engine.DecidedAsync(receipt.Ends, default);
        return receipt;
    }

    public async Task<IReadOnlyDictionary<(Verdict, VerdictReason), long>> VerdictsAsync() =>
        (await Engine.ReconcileAsync(Tenant, default)).Verdicts.Where(count => count.Count != 0).ToDictionary(count => (count.Verdict, count.Reason), count => count.Count);

    public Task<BalanceView> BalanceAsync(string subscription) => Engine.BalanceAsync(Tenant, new SubscriptionId(subscription), default);

    public Task<CloseOutcome> CloseAsync(string? through = null, string? subscription = null) => Engine.CloseAsync(
        Tenant, null, subscription is null ? null : new SubscriptionId(subscription), through is null ? null : NodaTime.Text.LocalDatePattern.Iso.Parse(through).Value, null, default);

    /// <summary>Lets the auditor read everything back and recompute it.</summary>
    public async Task<AuditReport> AuditAsync()
    {
        await Engine.CaughtUpAsync(default);
        return Auditor.Run(await EngineAuditSource.ReadAsync(Engine, Log, Settings, default));
    }

    public async Task MustBeCleanAsync(string because)
    {
        var report = await AuditAsync();
        Assert.True(report.IsClean, $"{because}: {report.FindingsCount} findings\n{string.Join('\n', report.Findings.Take(12))}");
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await Log.DisposeAsync();
        await Store.DisposeAsync();
    }
}
