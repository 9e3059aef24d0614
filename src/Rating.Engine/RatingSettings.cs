using NodaTime;
using Rating.Domain;
using Rating.Engine.Taxes;

namespace Rating.Engine;

/// <summary>What an installation may set. Those that decide verdicts are kept with the data and cannot be changed behind its back.</summary>
public sealed record RatingSettings
{
    /// <summary>How many partitions the usage log has. Fixed for the life of the data: duplicates are recognised per partition.</summary>
    public int Partitions { get; init; } = 4;

    /// <summary>Which log the positions in the store belong to, such as <c>kafka:TOPIC</c>; empty for the embedded one.</summary>
    public string Log { get; init; } = "";

    /// <summary>How long an id is remembered, in UTC days of ingest time.</summary>
    public int DedupeHorizonDays { get; init; } = Limits.DedupeHorizonDays;

    /// <summary>How old usage for a sealed period may be when it arrives.</summary>
    public Duration LateWindow { get; init; } = Duration.FromDays(Limits.LateWindowDays);

    /// <summary>How far an event's time may lie after its arrival.</summary>
    public Duration FutureTolerance { get; init; } = Duration.FromHours(Limits.FutureToleranceHours);

    /// <summary>The wait for late usage after a period's end, before it may be sealed.</summary>
    public Duration UsageGrace { get; init; } = Duration.FromHours(Limits.UsageGraceHours);

    /// <summary>Who works out taxes; by default the catalog's own table.</summary>
    public ITaxService TaxService { get; init; } = TableTaxService.Instance;

    /// <summary>Of a partition that begins with these settings: what its ids are hashed with, so that nobody outside can make two fall together. Kept with the partition. Give something random.</summary>
    public UInt128 IdSecret { get; init; }

    /// <summary>A checkpoint is taken at least this often while records come.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A partition that has caught up takes its next checkpoint at the earliest this long after the one before, unless somebody waits for it.</summary>
    public TimeSpan CheckpointRest { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A checkpoint is taken at the latest after this many records.</summary>
    public int CheckpointRecords { get; init; } = 100_000;
}
