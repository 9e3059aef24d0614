namespace Rating.Loadtest.Cluster;

/// <summary>What a side of row 3 is told.</summary>
/// <param name="Subscriptions">How many there are.</param>
/// <param name="Records">How many records are measured; as many as there are subscriptions, at least, come before that.</param>
/// <param name="Membership">A database for the cluster's members; empty where none is needed.</param>
internal sealed record MemoryRun(int Subscriptions, int Records, string Membership)
{
    /// <summary>The share of all records that comes before what is measured: every subscription has been used then.</summary>
    public double WarmShare => (double)Subscriptions / (Subscriptions + Records);
}
