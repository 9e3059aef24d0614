using System.Globalization;
using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;

namespace Rating.Engine.Documents;

/// <summary>A place in a JSON document that a person wrote: every value is asked for by name and type, and what is wrong is refused with its place.</summary>
internal readonly struct DocumentNode(JsonElement element, string where)
{
    private readonly JsonElement _element = element;

    /// <summary>The place, such as <c>plans[0].charges[2]</c>.</summary>
    public string Where { get; } = where;

    /// <summary>The JSON itself.</summary>
    public JsonElement Element => _element;

    /// <summary>A refusal at this place.</summary>
    public Refused Refuse(string code, string message) => new(code, $"{(Where.Length == 0 ? "The document" : Where)}: {message}") { Where = Where };

    /// <summary>Refuses anything but an object with these members and no other, none of them twice.</summary>
    public DocumentNode Object(params ReadOnlySpan<string> members)
    {
        if (_element.ValueKind != JsonValueKind.Object) throw Refuse("document.type", "this must be an object.");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in _element.EnumerateObject())
        {
            if (!members.Contains(property.Name)) throw Refuse("document.member.unknown", $"'{property.Name}' is not known here; known are {string.Join(", ", members.ToArray())}.");
            if (!seen.Add(property.Name)) throw Refuse("document.member.twice", $"'{property.Name}' stands twice.");
        }

        return this;
    }

    /// <summary>A member that may be missing or null.</summary>
    public DocumentNode? Maybe(string name) => _element.ValueKind != JsonValueKind.Object ? throw Refuse("document.type", "this must be an object.")
        : _element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? new DocumentNode(member, Where.Length == 0 ? name : $"{Where}.{name}") : null;

    /// <summary>A member that must be there.</summary>
    public DocumentNode Need(string name) => Maybe(name) ?? throw Refuse("document.member.missing", $"'{name}' is missing.");

    /// <summary>The items of a list member; none when it is missing.</summary>
    public IEnumerable<DocumentNode> Items(string name) => Maybe(name) is { } list ? list.Items() : [];

    /// <summary>The items of this list.</summary>
    public IEnumerable<DocumentNode> Items()
    {
        if (_element.ValueKind != JsonValueKind.Array) throw Refuse("document.type", "this must be a list.");
        var i = 0;
        foreach (var item in _element.EnumerateArray()) yield return new DocumentNode(item, $"{Where}[{i++}]");
    }

    /// <summary>The members of this object, whatever their names.</summary>
    public IEnumerable<(string Name, DocumentNode Value)> Members()
    {
        if (_element.ValueKind != JsonValueKind.Object) throw Refuse("document.type", "this must be an object.");
        foreach (var member in _element.EnumerateObject()) yield return (member.Name, new DocumentNode(member.Value, $"{Where}.{member.Name}"));
    }

    /// <summary>This as text: a string, or a number as it was written.</summary>
    public string Text() => _element.ValueKind switch
    {
        JsonValueKind.String => _element.GetString()!,
        JsonValueKind.Number => _element.GetRawText(),
        _ => throw Refuse("document.type", "this must be a text."),
    };

    /// <summary>This as a name: a text of 1 to 200 characters without control characters.</summary>
    public string Name()
    {
        var text = Text();
        return text.Length is >= 1 and <= 200 && !text.Any(char.IsControl) ? text : throw Refuse("document.name", "a name has 1 to 200 characters, none of them a control character.");
    }

    /// <summary>This as a whole number within bounds.</summary>
    public int Whole(int least, int most) => int.TryParse(Text(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
        ? number
        : throw Refuse("document.number", $"this must be a whole number from {least} to {most}.");

    /// <summary>This as true or false.</summary>
    public bool Flag() => _element.ValueKind is JsonValueKind.True or JsonValueKind.False ? _element.GetBoolean() : throw Refuse("document.type", "this must be true or false.");

    /// <summary>This as a quantity.</summary>
    public Quantity Quantity() => Domain.Quantity.TryParse(Text(), out var quantity) ? quantity : throw Refuse("quantity.invalid", $"'{Text()}' is not a quantity: at most {Limits.QuantityDecimals} decimals, up to {Limits.QuantityMax}.");

    /// <summary>This as a price.</summary>
    public UnitPrice Price(Currency currency)
    {
        try
        {
            return UnitPrice.Parse(Text(), currency);
        }
        catch (Refused wrong)
        {
            throw Refuse(wrong.Code, wrong.Message);
        }
    }

    /// <summary>This as an amount of money in whole minor units, not below zero.</summary>
    public Money Amount(Currency currency)
    {
        Money amount;
        try
        {
            amount = Money.Parse(Text(), currency);
        }
        catch (Refused wrong)
        {
            throw Refuse(wrong.Code, wrong.Message);
        }

        if (amount.Scaled < 0) throw Refuse("amount.negative", "this amount is not below zero.");
        return amount == amount.RoundedToMinorUnit(RoundingMode.Down) ? amount : throw Refuse("amount.decimals", $"'{Text()}' has a fraction of the smallest unit; {currency} has {currency.Decimals} decimals.");
    }

    /// <summary>This as a percentage of at most six decimals.</summary>
    public Quantity Percent(int most)
    {
        var percent = Quantity();
        return percent >= Domain.Quantity.Zero && percent <= Domain.Quantity.Of(most) && percent.Nano % 1_000 == 0 ? percent : throw Refuse("document.percent", $"this must be from 0 to {most} percent, with at most 6 decimals.");
    }

    /// <summary>Refuses a member <c>currency</c> other than this one.</summary>
    public void SameCurrency(Currency currency)
    {
        if (Maybe("currency") is { } given && !string.Equals(given.Text(), currency.Code, StringComparison.Ordinal)) throw given.Refuse("currency.mixed", $"this is in {given.Text()}, and the catalog in {currency}; one invoice has one currency.");
    }

    /// <summary>This as a day.</summary>
    public LocalDate Date() => LocalDatePattern.Iso.Parse(Text()) is { Success: true } day ? day.Value : throw Refuse("document.date", $"'{Text()}' is not a day such as 2026-03-01.");

    /// <summary>This as a time of day.</summary>
    public LocalTime TimeOfDay() => LocalTimePattern.ExtendedIso.Parse(Text()) is { Success: true } time ? time.Value : throw Refuse("document.time", $"'{Text()}' is not a time of day such as 12:00:00.");

    /// <summary>This as a moment.</summary>
    public Instant Moment() => OffsetDateTimePattern.Rfc3339.Parse(Text()) is { Success: true } moment ? moment.Value.ToInstant() : throw Refuse("document.time", $"'{Text()}' is not a time such as 2026-03-01T00:00:00Z.");

    /// <summary>This as a time zone of the tz database.</summary>
    public DateTimeZone Zone() => DateTimeZoneProviders.Tzdb.GetZoneOrNull(Text()) ?? throw Refuse("document.zone", $"'{Text()}' is not a time zone of the tz database such as Europe/Berlin.");

    /// <summary>This as one of a closed list.</summary>
    public T OneOf<T>(params ReadOnlySpan<(string Name, T Value)> choices)
    {
        var text = Text();
        foreach (var (name, value) in choices)
            if (string.Equals(name, text, StringComparison.Ordinal)) return value;
        var names = new List<string>();
        foreach (var (name, _) in choices) names.Add(name);
        throw Refuse("document.choice", $"'{text}' is not known here; choose one of {string.Join(", ", names)}.");
    }
}
