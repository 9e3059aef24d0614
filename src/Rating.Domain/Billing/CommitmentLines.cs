using NodaTime;
using Rating.Domain.Pricing;

namespace Rating.Domain.Billing;

/// <summary>Lines that bring a charge, a plan or an account up to its minimum, and down to its maximum.</summary>
internal static class CommitmentLines
{
    /// <summary>The lines, none where the base lies between.</summary>
    /// <param name="minimum">The least; null for none, also while it is not due yet.</param>
    /// <param name="maximum">The most; null for none.</param>
    /// <param name="baseOf">What counts for a commitment.</param>
    /// <param name="model">A line with everything but kind, detail, amount and explanation.</param>
    /// <param name="share">The part of the period.</param>
    /// <param name="mode">How a part is rounded.</param>
    public static IEnumerable<PricedLine> Of(Commitment? minimum, Commitment? maximum, Func<Commitment, Money> baseOf, PricedLine model, PeriodShare share, RoundingMode mode)
    {
        var added = Money.Zero(model.Amount.Currency);
        if (minimum is not null && Bound(minimum, share, mode) is var least && least > baseOf(minimum))
        {
            added = least - baseOf(minimum);
            yield return model with { Kind = LineKind.Minimum, Detail = "minimum", Amount = added, Explanation = $"minimum {Text(minimum, least, share)}, reached {baseOf(minimum).ToText()}" };
        }

        if (maximum is not null && Bound(maximum, share, mode) is var most && most < baseOf(maximum) + added)
            yield return model with { Kind = LineKind.Maximum, Detail = "maximum", Amount = most - baseOf(maximum) - added, Explanation = $"maximum {Text(maximum, most, share)}, reached {(baseOf(maximum) + added).ToText()}" };
    }

    /// <summary>A line of days that a commitment is for.</summary>
    public static PricedLine Line(string key, string name, string taxCode, LocalDate from, LocalDate to, Currency currency) => new()
    {
        Kind = LineKind.Minimum, Charge = key, Name = name, Detail = "", From = from, To = to, Quantity = Quantity.One, Unit = "", Amount = Money.Zero(currency), TaxCode = taxCode, Explanation = "",
    };

    private static Money Bound(Commitment commitment, PeriodShare share, RoundingMode mode) =>
        commitment.IsProrated ? commitment.Amount.ShareRounded(share.Part, share.Whole, commitment.Amount.Currency.Decimals, mode) : commitment.Amount;

    private static string Text(Commitment commitment, Money bound, PeriodShare share) =>
        commitment.IsProrated && !share.IsWhole ? $"{bound.ToText()} ({commitment.Amount.ToText()}, {share})" : bound.ToText();
}
