namespace Rating.Server.Documents;

/// <summary>How the engine is doing.</summary>
/// <param name="Tenant">Whose usage this server takes.</param>
/// <param name="BookSequence">The last change of catalog, accounts, subscriptions or subjects.</param>
/// <param name="Partitions">Each partition of the usage log.</param>
internal sealed record StatusDocument(string Tenant, long BookSequence, IReadOnlyList<PartitionDocument> Partitions);

/// <summary>How one partition is doing.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Position">The log position that it applies next.</param>
/// <param name="Committed">The log position up to which all is stored.</param>
/// <param name="End">The end of its log.</param>
/// <param name="Lag">How many records wait.</param>
/// <param name="Problem">Why it stands still; empty while it moves.</param>
internal sealed record PartitionDocument(int Partition, long Position, long Committed, long End, long Lag, string Problem);
