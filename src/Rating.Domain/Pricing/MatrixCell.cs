namespace Rating.Domain.Pricing;

/// <summary>One price of a matrix, and the dimension values that it is for.</summary>
/// <param name="When">The dimensions that it names; others may have any value.</param>
/// <param name="Price">The price of one unit.</param>
public sealed record MatrixCell(IReadOnlyList<DimensionMatch> When, UnitPrice Price)
{
    /// <summary>Whether it is for usage with these dimensions.</summary>
    public bool Fits(string dimensions)
    {
        foreach (var match in When)
            if (!match.Fits(dimensions)) return false;
        return true;
    }
}
