namespace Rating.Domain.Pricing;

/// <summary>The values of one dimension that a charge, or a cell of a matrix, is for.</summary>
/// <param name="Values">The dimension with each value, as totals are kept under: <c>direction=outbound</c>.</param>
/// <param name="IsNot">Whether it is for all values but these.</param>
public sealed record DimensionMatch(IReadOnlyList<string> Values, bool IsNot)
{
    /// <summary>Whether dimensions, as they are written, are so.</summary>
    public bool Fits(string dimensions)
    {
        foreach (var part in dimensions.AsSpan().Split(';'))
            foreach (var value in Values)
                if (dimensions.AsSpan(part).SequenceEqual(value)) return !IsNot;
        return IsNot;
    }
}
