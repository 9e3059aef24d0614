using System.Text;

namespace Rating.Domain;

/// <summary>An exact amount in one currency. Not rounded: rounding happens once, when an invoice line is made.</summary>
/// <remarks><c>default</c> has no currency and is refused by every operation. Held in 10^-21 of the currency's unit, so that a unit price times a quantity is exact.</remarks>
public readonly record struct Money : IComparable<Money>
{
    /// <summary>Decimals held: those of a price and those of a quantity together.</summary>
    public const int Decimals = Limits.UnitPriceDecimals + Limits.QuantityDecimals;

    private Money(Int128 scaled, Currency currency) => (Scaled, Currency) = (scaled, currency);

    /// <summary>The amount in 10^-21 of the currency's unit.</summary>
    public Int128 Scaled { get; }

    /// <summary>The currency; null only in <c>default</c>.</summary>
    public Currency Currency { get; }

    /// <summary>Nothing, in a currency.</summary>
    public static Money Zero(Currency currency) => new(0, currency);

    /// <summary>An amount from its stored form.</summary>
    public static Money FromScaled(Int128 scaled, Currency currency) => new(scaled, currency);

    /// <summary>Reads an amount such as <c>12.34</c>.</summary>
    /// <exception cref="Refused"><c>amount.invalid</c></exception>
    public static Money Parse(string text, Currency currency) =>
        ScaledNumber.TryParse(Encoding.UTF8.GetBytes(text), Decimals, 100_000_000_000_000_000, out var scaled)
            ? new Money(scaled, currency)
            : throw new Refused("amount.invalid", $"'{text}' is not an amount of money.");

    public static Money operator +(Money a, Money b)
    {
        Same(a, b);
        return new Money(checked(a.Scaled + b.Scaled), a.Currency);
    }

    public static Money operator -(Money a, Money b)
    {
        Same(a, b);
        return new Money(checked(a.Scaled - b.Scaled), a.Currency);
    }

    public static bool operator <(Money a, Money b) => a.CompareTo(b) < 0;

    public static bool operator >(Money a, Money b) => a.CompareTo(b) > 0;

    public static bool operator <=(Money a, Money b) => a.CompareTo(b) <= 0;

    public static bool operator >=(Money a, Money b) => a.CompareTo(b) >= 0;

    /// <summary>This amount with a rate on top: exact, so the rate has no more decimals than are left.</summary>
    /// <exception cref="Refused"><c>amount.range</c></exception>
    internal Money TimesPlusOne(UnitPrice rate)
    {
        Same(this, new Money(0, rate.Currency));
        try
        {
            // Amounts of calls are whole multiples of 10^-12 units, rates of 10^-9: the product fits 10^-21.
            return new Money(checked(Scaled + Scaled / ScaledNumber.PowerOfTen(Decimals - Limits.UnitPriceDecimals) * (rate.Pico / 1_000)), Currency);
        }
        catch (OverflowException)
        {
            throw OutOfRange();
        }
    }

    /// <summary>This amount rounded to the minor unit of its currency.</summary>
    public Money RoundedToMinorUnit(RoundingMode mode) => ShareRounded(1, 1, Currency.Decimals, mode);

    /// <summary>The share <paramref name="part"/>/<paramref name="whole"/> of this amount, rounded once to a number of decimals: multiplied first, divided once, last.</summary>
    public Money ShareRounded(long part, long whole, int decimals, RoundingMode mode)
    {
        Invariant.Holds(Currency is not null && whole > 0, "an amount needs a currency, a share a positive whole");
        var step = ScaledNumber.PowerOfTen(Decimals - decimals);
        try
        {
            return new Money(ScaledNumber.DivideRounded(checked(Scaled * part), checked(step * whole), mode) * step, Currency);
        }
        catch (OverflowException)
        {
            throw OutOfRange();
        }
    }

    /// <inheritdoc/>
    public int CompareTo(Money other)
    {
        Same(this, other);
        return Scaled.CompareTo(other.Scaled);
    }

    /// <summary>Plain decimal text with at least the decimals of the minor unit: <c>12.30</c>.</summary>
    public string ToText() => ScaledNumber.Format(Scaled, Decimals, Currency.Decimals);

    /// <summary>Amount and currency: <c>12.30 EUR</c>.</summary>
    public override string ToString() => Currency is null ? "no currency" : $"{ToText()} {Currency.Code}";

    internal static Money Product(long pico, Int128 nano, Currency currency)
    {
        Invariant.Holds(currency is not null, "a price needs a currency");
        try
        {
            return new Money(checked(pico * nano), currency);
        }
        catch (OverflowException)
        {
            throw OutOfRange();
        }
    }

    private static Refused OutOfRange() => new("amount.range", "The amount is larger than any amount of money can be here (1.7e17); lower the price or the quantity.");

    private static void Same(Money a, Money b) =>
        Invariant.Holds(a.Currency is not null && ReferenceEquals(a.Currency, b.Currency), "amounts of different currencies, or of none, were combined");
}
