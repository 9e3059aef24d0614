using Rating.Domain;
using Rating.Engine.Partitions;
using Rating.Orleans.Contracts;

namespace Rating.Orleans.Nodes;

/// <summary>Commands of a partition as messages, and back.</summary>
internal static class Commands
{
    public static CommandMessage Message(PartitionCommand command) => command switch
    {
        SealCommand seal => new CommandMessage { Kind = CommandKind.Seal, Batch = seal.Batch, BookSequence = seal.BookSequence },
        RepeatCommand repeat => new CommandMessage
        {
            Kind = CommandKind.Repeat, Batch = repeat.Batch, Positions = [.. repeat.Repeats.Keys], RepeatOf = [.. repeat.Repeats.Values.Select(one => one.Of)],
            SameContent = [.. repeat.Repeats.Values.Select(one => one.SameContent)], Subscriptions = [.. repeat.Closes.Keys], Periods = [.. repeat.Closes.Values],
        },
        RetryCommand retry => new CommandMessage { Kind = CommandKind.Retry, Tenant = retry.Tenant.Value },
        VoidCommand voided => new CommandMessage { Kind = CommandKind.Void, Positions = [.. voided.Positions] },
        _ => throw new InvariantBrokenException($"command {command} has no message"),
    };

    /// <summary>The command of a message; the book has taken up the sequence that it names.</summary>
    public static PartitionCommand Command(CommandMessage message, Node node) => message.Kind switch
    {
        CommandKind.Seal => node.Keeper.Book.Read(book => book.Batches[message.Batch]) is var batch ? new SealCommand(batch.Number, batch.Sequence, batch.Closes) : null!,
        CommandKind.Repeat => new RepeatCommand(
            message.Batch,
            message.Positions.Select((position, at) => (position, at)).ToDictionary(one => one.position, one => (message.RepeatOf[one.at], message.SameContent[one.at])),
            message.Subscriptions.Zip(message.Periods).ToDictionary(one => one.First, one => one.Second)),
        CommandKind.Retry => new RetryCommand(new TenantId(message.Tenant)),
        CommandKind.Void => new VoidCommand(message.Positions.ToHashSet()),
        // A newer silo may know more commands: an older one must not guess.
        _ => throw new Refused("cluster.command", $"This silo knows no command {message.Kind}; it is older than the one that sent it."),
    };
}
