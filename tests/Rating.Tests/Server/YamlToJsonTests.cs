using Rating.Domain;
using Rating.Server.Files;

namespace Rating.Tests.Server;

/// <summary>YAML becomes JSON without any value changing on the way.</summary>
public sealed class YamlToJsonTests
{
    [Theory]
    [InlineData("0.10", "0.10")]
    [InlineData("1.0", "1.0")]
    [InlineData("0.000000000001", "0.000000000001")]
    [InlineData("123456789012345678901234567890.123456789", "123456789012345678901234567890.123456789")]
    [InlineData("1e400", "1e400")]
    [InlineData("-0", "-0")]
    [InlineData("007", "\"007\"")]
    [InlineData("+5", "\"+5\"")]
    [InlineData(".5", "\".5\"")]
    [InlineData("1_000", "\"1_000\"")]
    [InlineData("0x1F", "\"0x1F\"")]
    [InlineData(".nan", "\".nan\"")]
    [InlineData("08:00", "\"08:00\"")]
    [InlineData("2026-01-01", "\"2026-01-01\"")]
    [InlineData("no", "\"no\"")]
    [InlineData("true", "true")]
    [InlineData("~", "null")]
    [InlineData("\"0.10\"", "\"0.10\"")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("!!str 5", "\"5\"")]
    public void A_scalar_keeps_its_text(string yaml, string json) => Assert.Equal($$"""{"v":{{json}}}""", YamlToJson.Convert($"v: {yaml}"));

    [Fact]
    public void Lists_and_maps_keep_their_order() =>
        Assert.Equal("""{"b":[1,{"x":"y"},[]],"a":{},"e":null}""", YamlToJson.Convert("# a comment\nb:\n  - 1\n  - { x: y }\n  - []\na: {}\ne:\n"));

    [Theory]
    [InlineData("a: &x 1\nb: *x", "yaml.unsupported", "line 1, column 4")]
    [InlineData("a: 1\na: 2", "yaml.key.twice", "line 2, column 1")]
    [InlineData("a: !!int 5", "yaml.unsupported", "line 1, column 4")]
    [InlineData("a: 1\n---\nb: 2", "yaml.unsupported", "line 2")]
    [InlineData("? [a]\n: 1", "yaml.unsupported", "line 1")]
    [InlineData("a: [", "yaml.syntax", "line ")]
    [InlineData("", "yaml.syntax", "")]
    public void What_is_not_taken_is_refused_with_its_place(string yaml, string code, string where)
    {
        var refused = Assert.Throws<Refused>(() => YamlToJson.Convert(yaml));
        Assert.Equal(code, refused.Code);
        Assert.StartsWith(where, refused.Where, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_nested_without_end_is_refused() => Assert.Equal("yaml.unsupported", Assert.Throws<Refused>(() => YamlToJson.Convert(new string('[', 2_000) + new string(']', 2_000))).Code);
}
