namespace Rating.Engine;

/// <summary>The log or the store could not be reached, or did not answer. Nothing is known to be wrong with the request; try again.</summary>
public sealed class Unavailable(string message, Exception? cause = null) : Exception(message, cause);
