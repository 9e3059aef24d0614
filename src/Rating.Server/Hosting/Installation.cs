using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Closing;
using Rating.Engine.HandOff;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Server.Hosting;

/// <summary>What one running program works on: its log, its store, and the engine over them once that is loaded.</summary>
internal sealed class Installation : IAsyncDisposable
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(5);
    private readonly Func<CancellationToken, Task<Backends>> _open;
    private readonly bool _waits;
    private Backends? _backends;
    private RatingEngine? _engine;
    private HandOffs? _handOffs;
    private Exception? _failure;

    /// <summary>An installation whose log and store are opened when it is loaded.</summary>
    /// <param name="open">Opens them.</param>
    /// <param name="waits">Whether to try again, and say so, while they do not answer.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="clock">What time it is.</param>
    /// <param name="tenant">The tenant that this program serves.</param>
    /// <param name="seller">Who sends the invoices.</param>
    public Installation(Func<CancellationToken, Task<Backends>> open, bool waits, RatingSettings settings, IClock clock, TenantId tenant, Seller seller) =>
        (_open, _waits, Settings, Clock, Tenant, Seller) = (open, waits, settings, clock, tenant, seller);

    /// <summary>An installation over a log and a store that are open.</summary>
    public Installation(IUsageLog log, IRatingStore store, RatingSettings settings, IClock clock, TenantId tenant, Seller seller)
        : this(_ => throw new InvalidOperationException("They are open."), false, settings, clock, tenant, seller) => _backends = new Backends(log, store, null, null);

    /// <summary>The usage log.</summary>
    /// <exception cref="Unavailable">It is not open yet.</exception>
    public IUsageLog Log => Opened.Log;

    /// <summary>The store.</summary>
    /// <exception cref="Unavailable">It is not open yet.</exception>
    public IRatingStore Store => Opened.Store;

    /// <summary>The settings.</summary>
    public RatingSettings Settings { get; }

    /// <summary>What time it is.</summary>
    public IClock Clock { get; }

    /// <summary>The tenant that this program serves, until keys tell them apart.</summary>
    public TenantId Tenant { get; }

    /// <summary>Who sends the invoices.</summary>
    public Seller Seller { get; }

    /// <summary>From where it may be reached.</summary>
    public Reach Reach { get; init; } = Reach.ThisMachine;

    /// <summary>Where this program tells about its work.</summary>
    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>How often closes that are due are looked for; null: never.</summary>
    public TimeSpan? CalendarEvery { get; init; }

    /// <summary>The cluster that this process is one of; null when it is alone.</summary>
    public ClusterPlace? Cluster { get; init; }

    /// <summary>Whether the engine is loaded.</summary>
    public bool IsLoaded => Volatile.Read(ref _engine) is not null;

    /// <summary>The engine.</summary>
    /// <exception cref="Unavailable">It is not loaded yet, or could not be.</exception>
    public RatingEngine Engine => Volatile.Read(ref _engine) ?? throw NotYet();

    /// <summary>How each stream is doing that is published; in a cluster by this process.</summary>
    public IReadOnlyList<HandOffStatus> HandOffs => Volatile.Read(ref _handOffs)?.Status ?? [];

    private Backends Opened => Volatile.Read(ref _backends) ?? throw NotYet();

    /// <summary>Opens log and store, and loads the engine.</summary>
    /// <exception cref="Refused">Something is not as it must be; the message says what to change.</exception>
    /// <exception cref="Unavailable">Log or store do not answer, and nobody wants to wait.</exception>
    public async Task LoadAsync(ILogger logger, CancellationToken cancellation)
    {
        for (var pause = TimeSpan.FromMilliseconds(100); ;)
        {
            try
            {
                if (_backends is null) Volatile.Write(ref _backends, await _open(cancellation));
                var engine = await EngineStart.StartAsync(this, logger, cancellation);
                if (Opened.Outlet is { } outlet)
                {
                    Volatile.Write(ref _handOffs, new HandOffs(engine, Log, outlet, Opened.Triggers, TimeProvider.System));
                    engine.Run(_handOffs);
                }

                if (CalendarEvery is { } every) engine.Run(new CloseCalendar(engine, (what, why) => ServerLog.NotClosed(logger, what, why)), every);
                Volatile.Write(ref _engine, engine);
                return;
            }
            catch (Unavailable away) when (_waits)
            {
                var isNews = _failure?.Message != away.Message;
                _failure = away; // first: whoever reads the line may ask at once
                if (isNews) ServerLog.NotLoadedYet(logger, away.Message);
            }
            catch (Exception wrong)
            {
                _failure = wrong;
                throw;
            }

            await Task.Delay(pause, cancellation);
            pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_engine is not null) await _engine.DisposeAsync();
        if (_backends is not null) await _backends.DisposeAsync();
    }

    private Unavailable NotYet() => new(_failure is null ? "The engine is still loading its partitions; try again in a moment." : $"The engine could not start: {_failure.Message}", _failure);
}
