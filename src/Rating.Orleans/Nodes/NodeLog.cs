using Microsoft.Extensions.Logging;

namespace Rating.Orleans.Nodes;

/// <summary>Everything that a node of the cluster logs.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "silo {Silo} is a member of cluster {Cluster}")]
    public static partial void Joined(ILogger logger, string silo, string cluster);

    [LoggerMessage(Level = LogLevel.Information, Message = "partition {Partition} is served here")]
    public static partial void Serving(ILogger logger, int partition);

    [LoggerMessage(Level = LogLevel.Information, Message = "partition {Partition} was handed over: {Redone} records are redone")]
    public static partial void HandedOver(ILogger logger, int partition, long redone);

    [LoggerMessage(Level = LogLevel.Warning, Message = "partition {Partition} could not store what it had applied: {Why}")]
    public static partial void NotStored(ILogger logger, int partition, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "partition {Partition} is not served here any more: another owner has it")]
    public static partial void Lost(ILogger logger, int partition);

    [LoggerMessage(Level = LogLevel.Information, Message = "'{Duty}' is done here")]
    public static partial void Duty(ILogger logger, string duty);

    [LoggerMessage(Level = LogLevel.Information, Message = "silo {Silo} is {Status}")]
    public static partial void Membership(ILogger logger, string silo, string status);

    [LoggerMessage(Level = LogLevel.Warning, Message = "partition {Partition} could not be placed, trying again: {Why}")]
    public static partial void NotPlaced(ILogger logger, int partition, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What} failed, trying again: {Why}")]
    public static partial void Failed(ILogger logger, string what, string why);

    [LoggerMessage(Level = LogLevel.Debug, Message = "silo {Silo} does not say what its partitions hold: {Why}")]
    public static partial void NotHeard(ILogger logger, string silo, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the calendar could not be looked at, trying again: {Why}")]
    public static partial void NotLooked(ILogger logger, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What} could not be closed: {Why}")]
    public static partial void NotClosed(ILogger logger, string what, string why);
}
