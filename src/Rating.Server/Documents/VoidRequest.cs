namespace Rating.Server.Documents;

/// <summary>Which records in suspense are not to be billed.</summary>
/// <param name="Positions">Their places.</param>
internal sealed record VoidRequest(IReadOnlyList<LogPlace> Positions);

/// <summary>A place in the usage log.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Position">The position in it.</param>
internal sealed record LogPlace(int Partition, long Position);
