namespace Rating.Domain;

/// <summary>The caller asked for something that cannot be done as asked. Nothing was changed; asking again the same way fails the same way.</summary>
/// <param name="code">A stable name for programs, such as <c>catalog.tier.gap</c>.</param>
/// <param name="message">What was refused, where, why, and what to do.</param>
public sealed class Refused(string code, string message) : Exception(message)
{
    /// <summary>A stable name for programs, such as <c>catalog.tier.gap</c>.</summary>
    public string Code { get; } = code;

    /// <summary>Where in the caller's input the fault lies, such as <c>plans[0].charges[2].tiers</c>; empty when it is not a place.</summary>
    public string Where { get; init; } = "";
}
