namespace Rating.Engine.Log;

/// <summary>The log no longer holds, or does not yet hold, a position that the store expects. The partition stops: going on would lose usage.</summary>
public sealed class LogRangeMissingException(int partition, long position, long start, long end)
    : Exception($"Partition {partition}: the log holds positions {start} to {end}, but position {position} comes next. Usage is missing; restore the log, or the store that belongs to it.");
