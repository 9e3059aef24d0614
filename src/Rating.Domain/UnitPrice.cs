using System.Text;

namespace Rating.Domain;

/// <summary>The price of one unit, in one currency, with up to twelve decimals.</summary>
public readonly record struct UnitPrice
{
    private UnitPrice(long pico, Currency currency) => (Pico, Currency) = (pico, currency);

    /// <summary>The price in 10^-12 of the currency's unit.</summary>
    public long Pico { get; }

    /// <summary>The currency; null only in <c>default</c>, which every operation refuses.</summary>
    public Currency Currency { get; }

    /// <summary>Reads a price such as <c>0.0125</c>.</summary>
    /// <exception cref="Refused"><c>price.invalid</c></exception>
    public static UnitPrice Parse(string text, Currency currency) =>
        ScaledNumber.TryParse(Encoding.UTF8.GetBytes(text), Limits.UnitPriceDecimals, Limits.UnitPriceMax, out var pico)
            ? new UnitPrice((long)pico, currency)
            : throw new Refused("price.invalid", $"'{text}' is not a price: write a number of at most {Limits.UnitPriceDecimals} decimals, up to {Limits.UnitPriceMax}.");

    /// <summary>Reads a percentage such as <c>1.2</c>, at most two decimals fewer than a price has, as the price of one unit of money.</summary>
    /// <exception cref="Refused"><c>percent.invalid</c></exception>
    public static UnitPrice ParsePercent(string text, Currency currency) =>
        ScaledNumber.TryParse(Encoding.UTF8.GetBytes(text), Limits.UnitPriceDecimals - 2, Limits.UnitPriceMax, out var pico)
            ? new UnitPrice((long)pico, currency)
            : throw new Refused("percent.invalid", $"'{text}' is not a percentage: write a number of at most {Limits.UnitPriceDecimals - 2} decimals, up to {Limits.UnitPriceMax}.");

    /// <summary>Reads a price from UTF-8.</summary>
    /// <returns>False when it is none.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, Currency currency, out UnitPrice price)
    {
        var known = ScaledNumber.TryParse(utf8, Limits.UnitPriceDecimals, Limits.UnitPriceMax, out var pico);
        price = new UnitPrice((long)pico, currency);
        return known;
    }

    /// <summary>No price to pay.</summary>
    public static UnitPrice Free(Currency currency) => new(0, currency);

    /// <summary>The exact price of a quantity.</summary>
    /// <exception cref="Refused"><c>amount.range</c>: the product is larger than any amount can be.</exception>
    public static Money operator *(UnitPrice price, Quantity quantity) => Money.Product(price.Pico, quantity.Nano, price.Currency);

    /// <summary>This as a percentage: <c>1.2 %</c>.</summary>
    public string ToPercentText() => ScaledNumber.Format(Pico, Limits.UnitPriceDecimals - 2) + " %";

    /// <summary>Plain decimal text without trailing zeros.</summary>
    public override string ToString() => ScaledNumber.Format(Pico, Limits.UnitPriceDecimals);
}
