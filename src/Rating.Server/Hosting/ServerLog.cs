namespace Rating.Server.Hosting;

/// <summary>Everything that the server logs.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed: a fault of the program, please report it")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Path} is unavailable: {Why}")]
    public static partial void RequestUnavailable(ILogger logger, string method, string path, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "all partitions are loaded; ready")]
    public static partial void Ready(ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the engine cannot start yet, trying again: {Why}")]
    public static partial void NotLoadedYet(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "partition {Partition} is {State}: {Why}")]
    public static partial void PartitionStands(ILogger logger, int partition, string state, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "partition {Partition} is running again, stored up to {Position}")]
    public static partial void PartitionMoves(ILogger logger, int partition, long position);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Stream} is not published: {Why}")]
    public static partial void HandOffStands(ILogger logger, string stream, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Stream} is published again, up to {Position}")]
    public static partial void HandOffMoves(ILogger logger, string stream, long position);

    [LoggerMessage(Level = LogLevel.Warning, Message = "how the partitions are doing is not known: {Why}")]
    public static partial void StatusUnknown(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Critical, Message = "the engine could not start")]
    public static partial void NotLoaded(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What} could not be closed: {Why}")]
    public static partial void NotClosed(ILogger logger, string what, string why);
}
