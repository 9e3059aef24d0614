namespace Rating.Engine.Store;

/// <summary>The store refused a commit: another owner took the partition over, or another writer took the place (promise P5). Drop what is in memory and load again.</summary>
public sealed class StaleWriterException(string message) : Exception(message);
