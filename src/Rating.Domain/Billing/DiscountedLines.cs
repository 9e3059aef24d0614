using NodaTime;
using Rating.Domain.Invoicing;
using Rating.Domain.Pricing;

namespace Rating.Domain.Billing;

/// <summary>Lines with what discounts have left of each: the next discount is on the rest.</summary>
internal sealed class DiscountedLines<TOwner>(IReadOnlyList<(TOwner Owner, PricedLine Line)> lines, Currency currency, RoundingMode mode, IReadOnlyList<Money>? rests = null)
    where TOwner : notnull
{
    private readonly Money[] _rests = [.. rests ?? lines.Select(line => line.Line.Amount)];

    /// <summary>What is left of each line.</summary>
    public IReadOnlyList<Money> Rests => _rests;

    /// <summary>Takes what a discount gave, as its lines say, off the lines that it was on.</summary>
    public void TakeGiven(Discount discount, Func<PricedLine, bool> isOn, Money off)
    {
        var places = Places(isOn);
        var parts = discount.Units is { } units ? OfUnits(places, units) : Shared(places, off);
        for (var i = 0; i < places.Count; i++) _rests[places[i]] -= parts[i];
    }

    /// <summary>Takes a discount off the lines that it is on: the amounts off, by owner and tax code.</summary>
    /// <param name="discount">The discount.</param>
    /// <param name="isOn">Whether it is on a line.</param>
    /// <param name="given">What it gave before of its amount or, as an amount of units, nothing.</param>
    public IEnumerable<(TOwner Owner, string TaxCode, Money Off, string Why)> Take(Discount discount, Func<PricedLine, bool> isOn, Money given)
    {
        var places = Places(isOn);
        var parts = discount.Units is { } units ? OfUnits(places, units) : Shared(places, Off(discount, Sum(places), given));
        var why = Why(discount, Sum(places));
        for (var i = 0; i < places.Count; i++) _rests[places[i]] -= parts[i];
        foreach (var group in places.Select((place, i) => (lines[place].Owner, lines[place].Line.TaxCode, Part: parts[i])).GroupBy(one => (one.Owner, one.TaxCode)))
        {
            var off = group.Aggregate(Money.Zero(currency), (sum, one) => sum + one.Part);
            if (off.Scaled != 0) yield return (group.Key.Owner, group.Key.TaxCode, off, why);
        }
    }

    private List<int> Places(Func<PricedLine, bool> isOn) => [.. Enumerable.Range(0, lines.Count).Where(i => isOn(lines[i].Line))];

    private Money Off(Discount discount, Money sum, Money given)
    {
        if (discount.Percent is { } percent) return (ExactAmount.Of(sum) * ExactAmount.OfPercent(percent)).Rounded(currency, mode);
        var left = discount.Amount!.Value - given;
        var off = left < sum ? left : sum;
        return off.Scaled > 0 ? off : Money.Zero(currency);
    }

    private IReadOnlyList<Money> Shared(List<int> places, Money off) => off.Scaled == 0 ? [.. places.Select(_ => off)] : off.Split([.. places.Select(place => _rests[place].Scaled / ScaledNumber.PowerOfTen(Money.Decimals - currency.Decimals))]);

    private List<Money> OfUnits(List<int> places, Quantity units)
    {
        var parts = new List<Money>();
        foreach (var place in places)
        {
            var quantity = lines[place].Line.Quantity;
            var free = quantity < units ? quantity : units;
            var isFree = free > Quantity.Zero;
            parts.Add(isFree ? (ExactAmount.Of(_rests[place]) * new ExactAmount((System.Numerics.BigInteger)free.Nano, (System.Numerics.BigInteger)quantity.Nano)).Rounded(currency, mode) : Money.Zero(currency));
            if (isFree) units -= free;
        }

        return parts;
    }

    private Money Sum(List<int> places) => places.Aggregate(Money.Zero(currency), (sum, place) => sum + _rests[place]);

    private static string Why(Discount discount, Money sum) =>
        discount.Percent is { } percent ? $"{percent} % of {sum.ToText()}" : discount.Units is { } units ? $"{units} units free" : $"{discount.Amount!.Value.ToText()} off {sum.ToText()}";
}
