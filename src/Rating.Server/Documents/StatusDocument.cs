namespace Rating.Server.Documents;

/// <summary>How the engine is doing.</summary>
/// <param name="Tenant">Whose usage this server takes.</param>
/// <param name="BookSequence">The last change of catalog, accounts, subscriptions or subjects.</param>
/// <param name="Partitions">Each partition of the usage log.</param>
/// <param name="HandOffs">Each stream that is published; none where nothing is.</param>
internal sealed record StatusDocument(string Tenant, long BookSequence, IReadOnlyList<PartitionDocument> Partitions, IReadOnlyList<HandOffDocument> HandOffs);
