namespace Rating.Server.Cdr;

/// <summary>A file does not fit its map at all (its header lacks a column), so no row of it was read. The message says what to do.</summary>
public sealed class CdrFileException(string message) : Exception(message);
