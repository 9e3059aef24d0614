using System.Numerics;

namespace Rating.Domain.Usage;

/// <summary>A small formula over an event's fields, as a catalog states it (docs/formats.md, "Expressions"). Exact fractions throughout; no loops and nothing that runs code, so it always ends.</summary>
public sealed class Expression
{
    private readonly ExpressionNode _root;

    private Expression(string text, ExpressionNode root) => (Text, _root) = (text, root);

    /// <summary>The formula as it was written.</summary>
    public string Text { get; }

    /// <summary>Reads a formula that gives a number.</summary>
    /// <exception cref="Refused"><c>expression.invalid</c>: what is wrong, and at which character.</exception>
    public static Expression Parse(string text) => new(text, new ExpressionParser(text).ReadNumber());

    /// <summary>Works it out for an event, rounded once, half away from zero.</summary>
    /// <param name="record">The event.</param>
    /// <param name="decimals">To how many decimals.</param>
    /// <param name="scaled">The result, times ten to the power of <paramref name="decimals"/>.</param>
    /// <returns>False when a field is missing or no number, or something is divided by zero.</returns>
    public bool TryEvaluate(UsageRecord record, int decimals, out BigInteger scaled)
    {
        scaled = default;
        if (!_root.TryNumber(record, out var result)) return false;
        scaled = result.Rounded(decimals, RoundingMode.HalfUp);
        return true;
    }
}
