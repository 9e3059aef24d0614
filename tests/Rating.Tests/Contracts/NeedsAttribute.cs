namespace Rating.Tests.Contracts;

/// <summary>What a class of tests needs from the machine. Where it is missing, its contract tests are skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Class)]
public abstract class NeedsAttribute : Attribute
{
    /// <summary>What is missing, and what to do; null when nothing is.</summary>
    public abstract string? Missing { get; }
}
