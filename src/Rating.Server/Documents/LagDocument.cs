namespace Rating.Server.Documents;

/// <summary>How far a running charge is behind the usage log.</summary>
/// <param name="Records">Records of the log that are not in it yet.</param>
internal sealed record LagDocument(long Records);
