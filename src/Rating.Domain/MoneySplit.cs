using System.Numerics;

namespace Rating.Domain;

/// <summary>Splits a rounded amount so that no cent is lost: by largest remainder.</summary>
public static class MoneySplit
{
    /// <summary>The parts of an amount in proportion to weights, in minor units, the earlier of equal remainders first; they add up to it exactly.</summary>
    /// <param name="amount">An amount without a fraction of the minor unit.</param>
    /// <param name="weights">At least one; their sum is not 0. A negative weight gets a part of the other sign.</param>
    public static IReadOnlyList<Money> Split(this Money amount, IReadOnlyList<Int128> weights)
    {
        var unit = ScaledNumber.PowerOfTen(Money.Decimals - amount.Currency.Decimals);
        var whole = weights.Aggregate(BigInteger.Zero, (sum, weight) => sum + (BigInteger)weight);
        Invariant.Holds(!whole.IsZero && amount.Scaled % unit == 0, "only an amount in minor units is split, by weights that do not cancel out");
        var sign = amount.Scaled < 0 ? -1 : 1;
        var units = (BigInteger)(amount.Scaled / unit) * sign;
        var parts = new BigInteger[weights.Count];
        var rests = new (BigInteger Remainder, int Place)[weights.Count];
        for (var i = 0; i < parts.Length; i++)
        {
            // With a positive whole a quotient rounded down leaves a rest that is not negative.
            var share = units * (BigInteger)weights[i] * whole.Sign;
            parts[i] = BigInteger.DivRem(share, BigInteger.Abs(whole), out var rest);
            if (rest.Sign < 0) (parts[i], rest) = (parts[i] - 1, rest + BigInteger.Abs(whole));
            rests[i] = (rest, i);
        }

        var left = (int)(units - parts.Aggregate(BigInteger.Zero, (sum, part) => sum + part));
        foreach (var (_, place) in rests.OrderByDescending(one => one.Remainder).ThenBy(one => one.Place).Take(left)) parts[place]++;
        return [.. parts.Select(part => Money.FromScaled((Int128)part * sign * unit, amount.Currency))];
    }
}
