using System.Text.Json;
using NodaTime;
using NodaTime.Text;

namespace Rating.Audit.Rules;

/// <summary>Reads members of JSON objects as the book and the documents write them; a member that is null counts as absent.</summary>
internal static class Json
{
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static string Text(this JsonElement element, string name) => element.Member(name)?.AsText() ?? throw new FormatException($"'{name}' is missing.");

    public static string Text(this JsonElement element, string name, string otherwise) => element.Member(name)?.AsText() ?? otherwise;

    public static string AsText(this JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw new FormatException("A text is expected."),
    };

    public static Fraction Number(this JsonElement element, string name) => Fraction.Parse(element.Text(name));

    public static Fraction Number(this JsonElement element, string name, long otherwise) => element.Member(name) is { } value ? Fraction.Parse(value.AsText()) : otherwise;

    public static Fraction? NumberOrNone(this JsonElement element, string name) => element.Member(name) is { } value ? Fraction.Parse(value.AsText()) : null;

    public static int Integer(this JsonElement element, string name, int otherwise) => element.Member(name) is { } value ? (int)Fraction.Parse(value.AsText()).Numerator : otherwise;

    public static bool Flag(this JsonElement element, string name) => element.Member(name)?.ValueKind == JsonValueKind.True;

    public static LocalTime? TimeOrNone(this JsonElement element, string name) =>
        element.Member(name) is not { } value ? null : LocalTimePattern.ExtendedIso.Parse(value.AsText()) is { Success: true } time ? time.Value : LocalTimePattern.CreateWithInvariantCulture("HH:mm").Parse(value.AsText()).Value;

    public static LocalDate Date(this JsonElement element, string name) => LocalDatePattern.Iso.Parse(element.Text(name)).Value;

    public static LocalDate? DateOrNone(this JsonElement element, string name) => element.Member(name) is { } value ? LocalDatePattern.Iso.Parse(value.AsText()).Value : null;

    public static IEnumerable<JsonElement> List(this JsonElement element, string name) => element.Member(name)?.EnumerateArray().AsEnumerable() ?? [];

    /// <summary>One text or a list of texts.</summary>
    public static string[] Texts(this JsonElement value) => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(AsText)] : [value.AsText()];
}
