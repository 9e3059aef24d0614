namespace Rating.Orleans.Nodes;

/// <summary>Reads the book's changes of other processes, so that a node which nobody prompts is not behind for long.</summary>
internal sealed class BookFollower(Node node)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await node.Keeper.RefreshAsync(cancellation);
            await Task.Delay(Every, node.Time, cancellation);
        }
    }
}
