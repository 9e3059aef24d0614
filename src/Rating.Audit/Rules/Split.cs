using System.Numerics;

namespace Rating.Audit.Rules;

/// <summary>Divides an amount by weights so that no minor unit is lost: the largest remainders get what is left.</summary>
internal static class Split
{
    /// <summary>The parts, in the order of the weights; of equal remainders the earlier part goes first.</summary>
    public static List<Fraction> Of(Fraction amount, IReadOnlyList<Fraction> weights, int decimals)
    {
        var unit = new Fraction(1, BigInteger.Pow(10, decimals));
        var sum = weights.Aggregate(Fraction.Zero, (total, w) => total + w);
        if (sum.IsZero || weights.Count == 0) return [.. weights.Select(_ => Fraction.Zero)];
        var size = amount.Sign < 0 ? -amount : amount;
        var exact = weights.Select(w => size * w / sum / unit).ToList();
        var whole = exact.ConvertAll(x => new Fraction(-(-x).Ceiling(), 1));
        var left = (size / unit) - whole.Aggregate(Fraction.Zero, (total, x) => total + x);
        foreach (var index in Enumerable.Range(0, exact.Count).OrderByDescending(i => exact[i] - whole[i]).ThenBy(i => i))
        {
            if (left.Sign <= 0) break;
            whole[index] += Fraction.One;
            left -= Fraction.One;
        }
        return whole.ConvertAll(x => amount.Sign < 0 ? -(x * unit) : x * unit);
    }
}
