namespace Rating.Domain;

/// <summary>The engine found its own state to be wrong. The partition or subscription concerned must stop.</summary>
public sealed class InvariantBrokenException(string message) : Exception(message);
