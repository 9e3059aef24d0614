using Rating.Audit;

namespace Rating.Tests.Audit;

public sealed class FractionTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("12.50", "12.5")]
    [InlineData("-0.001", "-0.001")]
    [InlineData("1e3", "1000")]
    [InlineData("12.5E-2", "0.125")]
    [InlineData("0e999999999", "0")]
    public void Reads_and_writes_decimals_exactly(string text, string expected) => Assert.Equal(expected, Fraction.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData(".5")]
    [InlineData("5.")]
    [InlineData("+5")]
    [InlineData("1e")]
    [InlineData("NaN")]
    [InlineData("1 ")]
    [InlineData("1e999999999")]
    public void Refuses_what_is_no_decimal(string text) => Assert.False(Fraction.TryParse(text, out _));

    [Theory]
    // 2.5 and -2.5 lie half way; 2.51 above; the even neighbour of both 2.5 and 1.5 is 2
    [InlineData("2.5", RoundingRule.HalfUp, "3")]
    [InlineData("-2.5", RoundingRule.HalfUp, "-3")]
    [InlineData("2.5", RoundingRule.HalfEven, "2")]
    [InlineData("1.5", RoundingRule.HalfEven, "2")]
    [InlineData("2.51", RoundingRule.HalfEven, "3")]
    [InlineData("2.01", RoundingRule.Up, "3")]
    [InlineData("-2.01", RoundingRule.Up, "-3")]
    [InlineData("2.99", RoundingRule.Down, "2")]
    [InlineData("-2.99", RoundingRule.Down, "-2")]
    public void Rounds_by_its_rule(string value, RoundingRule rule, string expected) => Assert.Equal(expected, Fraction.Parse(value).Round(0, rule).ToString());

    [Fact]
    public void A_ratio_is_carried_exactly()
    {
        // (1/30) * 45.15 = 1.505 exactly: rounding the ratio first would lose the cent
        var exact = new Fraction(1, 30) * Fraction.Parse("45.15");
        Assert.Equal("1.505", exact.ToString());
        Assert.Equal("1.51", exact.Round(2, RoundingRule.HalfUp).ToString());
        Assert.Equal("1/3", new Fraction(-2, -6).ToString());
    }
}
