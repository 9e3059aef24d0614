using Rating.Domain;

namespace Rating.Tests.Domain;

/// <summary>What is a quantity, a price and an amount, at the edges: limits of docs/formats.md, grammar of JSON numbers.</summary>
public sealed class NumberLimitsTests
{
    private static readonly Currency Euro = Currency.Of("EUR");

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.000", "0")]
    [InlineData("+5", "5")]
    [InlineData("007", "7")]
    [InlineData("1e2", "100")]
    [InlineData("1E+2", "100")]
    [InlineData("25e-1", "2.5")]
    [InlineData("0.123456789", "0.123456789")]
    [InlineData("0.1234567890", "0.123456789")]
    [InlineData("-0.000000001", "-0.000000001")]
    [InlineData("1000000000000", "1000000000000")]
    [InlineData("-1000000000000", "-1000000000000")]
    [InlineData("0e400", "0")]
    [InlineData("1000000000000000e-3", "1000000000000")]
    public void A_quantity_is_read_exactly(string text, string expected)
    {
        Assert.True(Quantity.TryParse(text, out var quantity));
        Assert.Equal(expected, quantity.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("-")]
    [InlineData("+")]
    [InlineData(".")]
    [InlineData("--1")]
    [InlineData("+-1")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("e1")]
    [InlineData("1,5")]
    [InlineData("1.2.3")]
    [InlineData("0x10")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("\u0661")]
    [InlineData("1\n")]
    [InlineData("1e400")]
    [InlineData("-1e400")]
    [InlineData("1e99999999999999999999")]
    [InlineData("1e-400")]
    [InlineData("0.1234567891")]
    [InlineData("1e-10")]
    [InlineData("1000000000001")]
    [InlineData("-1000000000001")]
    [InlineData("1000000000000.000000001")]
    [InlineData("99999999999999999999999999999999999999999999")]
    public void What_is_no_quantity_or_beyond_its_limits_is_refused(string text)
    {
        Assert.False(Quantity.TryParse(text, out _));
        Assert.Equal("quantity.invalid", Assert.Throws<Refused>(() => Quantity.Parse(text)).Code);
    }

    [Theory]
    [InlineData("0.000000000001", true)]
    [InlineData("0.0000000000001", false)]
    [InlineData("1000000", true)]
    [InlineData("1000000.000000000001", false)]
    [InlineData("1000001", false)]
    [InlineData("-5", true)]
    [InlineData("1e400", false)]
    [InlineData("", false)]
    public void A_price_has_12_decimals_and_is_at_most_a_million(string text, bool isPrice)
    {
        if (isPrice) Assert.Equal(text, UnitPrice.Parse(text, Euro).ToString());
        else Assert.Equal("price.invalid", Assert.Throws<Refused>(() => UnitPrice.Parse(text, Euro)).Code);
    }

    [Theory]
    [InlineData("12.3", "12.30")]
    [InlineData("-0", "0.00")]
    [InlineData("0.000000000000000000001", "0.000000000000000000001")]
    public void An_amount_keeps_21_decimals_and_shows_at_least_those_of_its_currency(string text, string shown) => Assert.Equal(shown, Money.Parse(text, Euro).ToText());

    [Theory]
    [InlineData("0.0000000000000000000001")]
    [InlineData("1e400")]
    [InlineData("x")]
    public void What_is_no_amount_is_refused(string text) => Assert.Equal("amount.invalid", Assert.Throws<Refused>(() => Money.Parse(text, Euro)).Code);

    [Fact]
    public void The_largest_price_times_the_largest_quantity_of_an_event_is_refused_by_name_or_exact()
    {
        // 10^6 x 10^12 = 10^18, above the 1.7 x 10^17 that an amount can be; a tenth of it fits.
        var price = UnitPrice.Parse("1000000", Euro);
        Assert.Equal("amount.range", Assert.Throws<Refused>(() => price * Quantity.Parse("1000000000000")).Code);
        Assert.Equal("100000000000000000.00", (price * Quantity.Parse("100000000000")).ToText());
    }

    [Theory]
    [InlineData(RoundingMode.HalfUp, "0.015", "0.02")]
    [InlineData(RoundingMode.HalfUp, "-0.015", "-0.02")]
    [InlineData(RoundingMode.HalfUp, "0.0149999", "0.01")]
    [InlineData(RoundingMode.HalfEven, "0.025", "0.02")]
    [InlineData(RoundingMode.HalfEven, "0.035", "0.04")]
    [InlineData(RoundingMode.HalfEven, "-0.025", "-0.02")]
    [InlineData(RoundingMode.Up, "0.010000001", "0.02")]
    [InlineData(RoundingMode.Up, "-0.010000001", "-0.02")]
    [InlineData(RoundingMode.Down, "0.019999999", "0.01")]
    [InlineData(RoundingMode.Down, "-0.019999999", "-0.01")]
    public void Rounding_to_the_cent_follows_its_mode_on_both_sides_of_zero(RoundingMode mode, string amount, string expected) =>
        Assert.Equal(expected, Money.Parse(amount, Euro).RoundedToMinorUnit(mode).ToText());
}
