using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Server.Hosting;

/// <summary>What one running program works on: its log, its store, and the engine over them once that is loaded.</summary>
internal sealed class Installation(IUsageLog log, IRatingStore store, RatingSettings settings, IClock clock, TenantId tenant, Seller seller)
{
    private RatingEngine? _engine;
    private Exception? _failure;

    /// <summary>The usage log.</summary>
    public IUsageLog Log { get; } = log;

    /// <summary>The store.</summary>
    public IRatingStore Store { get; } = store;

    /// <summary>The settings.</summary>
    public RatingSettings Settings { get; } = settings;

    /// <summary>What time it is.</summary>
    public IClock Clock { get; } = clock;

    /// <summary>The tenant that this program serves, until keys tell them apart.</summary>
    public TenantId Tenant { get; } = tenant;

    /// <summary>Who sends the invoices.</summary>
    public Seller Seller { get; } = seller;

    /// <summary>How far the running close is; null while none runs.</summary>
    public CloseProgress? Closing { get; set; }

    /// <summary>Whether the engine is loaded.</summary>
    public bool IsLoaded => Volatile.Read(ref _engine) is not null;

    /// <summary>The engine.</summary>
    /// <exception cref="Unavailable">It is not loaded yet, or could not be.</exception>
    public RatingEngine Engine => Volatile.Read(ref _engine) ?? throw new Unavailable(
        _failure is null ? "The engine is still loading its partitions; try again in a moment." : $"The engine could not start: {_failure.Message}", _failure);

    /// <summary>Loads the engine.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        try
        {
            Volatile.Write(ref _engine, await RatingEngine.StartAsync(Log, Store, Settings, Clock, cancellation));
        }
        catch (Exception wrong)
        {
            _failure = wrong;
            throw;
        }
    }
}
