namespace Rating.Engine;

/// <summary>The log or the store could not be reached, or did not answer. Nothing is known to be wrong with the request; try again.</summary>
public sealed class Unavailable(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether it is of no use to ask again at once: who was asked is there, and what it needs is not.</summary>
    public bool IsLasting { get; init; }
}
