namespace Rating.Audit;

/// <summary>One checkpoint of a partition: the book sequence it takes up, then its commands (a JSON array), then the positions [FirstPosition, NextPosition).</summary>
public sealed record AuditCheckpoint(long Number, long FirstPosition, long NextPosition, long BookSequence, string Commands);
