namespace Rating.Server.Hosting;

/// <summary>Where everything but the usage log is.</summary>
internal enum StoreKind
{
    /// <summary>Embedded, in the data folder.</summary>
    Sqlite,

    /// <summary>A PostgreSQL database.</summary>
    Postgres,
}
