using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Loadtest.World;

/// <summary>Where an engine's log and store are kept, so that a figure can be taken on more than one kind: they are opened, closed and opened again.</summary>
internal interface IPlace : IDisposable
{
    /// <summary>Opens the log.</summary>
    Task<IUsageLog> OpenLogAsync();

    /// <summary>Opens the store.</summary>
    Task<IRatingStore> OpenStoreAsync();
}
