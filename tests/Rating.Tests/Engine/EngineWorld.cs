using System.Text;
using System.Text.Json;
using NodaTime;
using Rating.Audit;
using Rating.Domain;
using Rating.Domain.Invoicing;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Documents;
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
    private readonly IEngineRuntime _runtime = Runtime();
    private IReadOnlyList<RatingEngine> _engines = [];
    private int _turn;

    private EngineWorld(IUsageLog log, IRatingStore store, SettableClock clock, RatingSettings settings) => (Log, Store, Clock, Settings) = (log, store, clock, settings);

    /// <summary>What the engines of this test process run in.</summary>
    public static Func<IEngineRuntime> Runtime { get; set; } = () => new OneProcess();

    /// <summary>How many of so many rounds are played in it.</summary>
    public static int Rounds(int many) => Math.Max(2, many / Runtime().RoundTakes);

    public IUsageLog Log { get; }

    public IRatingStore Store { get; }

    public SettableClock Clock { get; }

    public RatingSettings Settings { get; }

    /// <summary>An engine: another at each question, where there are several.</summary>
    public RatingEngine Engine => _engines[(int)((uint)Interlocked.Increment(ref _turn) % (uint)_engines.Count)];

    public static async Task<EngineWorld> StartAsync(Instant now, RatingSettings? settings = null, IUsageLog? log = null, IRatingStore? store = null)
    {
        settings ??= new RatingSettings { Partitions = 3 };
        var world = new EngineWorld(log ?? new MemoryUsageLog(settings.Partitions), store ?? new MemoryRatingStore(settings.Partitions), new SettableClock(now), settings);
        await world.OpenAsync();
        return world;
    }

    public async Task OpenAsync() => _engines = await _runtime.StartAsync(Log, Store, Settings, Clock);

    public Task StopAsync() => _runtime.StopAsync();

    /// <summary>Stops the engine and starts another on the same log and store.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await OpenAsync();
    }

    public async Task<Receipt> SendAsync(params string[] events)
    {
        var receipt = await Engine.Intake.AcceptAsync(Tenant, [.. events.Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text))], default);
        await Engine.DecidedAsync(receipt.Ends, default);
        return receipt;
    }

    /// <summary>Waits until everything sent has its verdict, and the alerts that are due for it: whichever engine makes them.</summary>
    public async Task AlertedAsync()
    {
        foreach (var engine in _engines) await engine.AlertedAsync(default);
    }

    public async Task<IReadOnlyDictionary<(Verdict, VerdictReason), long>> VerdictsAsync() =>
        (await Engine.ReconcileAsync(Tenant, default)).Verdicts.Where(count => count.Count != 0).ToDictionary(count => (count.Verdict, count.Reason), count => count.Count);

    public Task<BalanceView> BalanceAsync(string subscription) => Engine.BalanceAsync(Tenant, new SubscriptionId(subscription), default);

    /// <summary>Closes as callers do. What it made is told from the store, and the answer must have told as much.</summary>
    public async Task<(IReadOnlyList<Snapshot> Snapshots, IReadOnlyList<StoredInvoice> Invoices, string Parked)> CloseAsync(string? through = null, string? subscription = null)
    {
        var (snapshotsBefore, invoicesBefore) = (Snapshots().ToHashSet(), Invoices().Select(invoice => invoice.Number).ToHashSet());
        using var answer = JsonDocument.Parse(await Engine.CloseDocumentAsync(
            Tenant, null, subscription is null ? null : new SubscriptionId(subscription), through is null ? null : NodaTime.Text.LocalDatePattern.Iso.Parse(through).Value, default));
        var snapshots = Snapshots().Where(snapshot => !snapshotsBefore.Contains(snapshot)).Select(snapshot => BillingDocuments.ReadSnapshot(snapshot.Document)).ToList();
        var invoices = Invoices().Where(invoice => !invoicesBefore.Contains(invoice.Number)).ToList();
        Assert.Equal((snapshots.Count, invoices.Count), (answer.RootElement.GetProperty("snapshotCount").GetInt32(), answer.RootElement.GetProperty("invoices").GetArrayLength()));
        return (snapshots, invoices, string.Join('\n', answer.RootElement.GetProperty("parked").EnumerateArray()));
    }

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

    private IEnumerable<StoredInvoice> Invoices() => Store.ReadInvoicesAsync(Tenant, null, default).ToBlockingEnumerable();

    private IEnumerable<StoredSnapshot> Snapshots() => Store.ReadSnapshotsAsync(Tenant, null, null, default).ToBlockingEnumerable();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Log.DisposeAsync();
        await Store.DisposeAsync();
    }
}
