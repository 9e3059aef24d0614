using System.Diagnostics.CodeAnalysis;

namespace Rating.Domain;

/// <summary>Assertions that stay on. A broken one stops that one partition or subscription, loudly.</summary>
public static class Invariant
{
    /// <summary>Stops the caller when a statement that must be true is not.</summary>
    /// <exception cref="InvariantBrokenException">The statement is false.</exception>
    public static void Holds([DoesNotReturnIf(false)] bool statement, string what)
    {
        if (!statement) throw new InvariantBrokenException(what);
    }
}
