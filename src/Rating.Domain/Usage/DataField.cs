namespace Rating.Domain.Usage;

/// <summary>One field of an event's data, nested names joined with dots.</summary>
/// <param name="name">Its name, such as <c>duration_seconds</c> or <c>call.duration</c>.</param>
/// <param name="value">Its value as text: a string's characters, a number as it was written, <c>true</c>, <c>false</c>.</param>
/// <param name="isNumber">Whether it was written as a JSON number.</param>
public readonly struct DataField(string name, Utf8Text value, bool isNumber)
{
    /// <summary>A field of a text that is a string already.</summary>
    public DataField(string name, string text, bool isNumber) : this(name, new Utf8Text(text), isNumber) { }

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Its value as text.</summary>
    public Utf8Text Value { get; } = value;

    /// <summary>Its value as a string, made anew each time: to compare it or to read a number, take <see cref="Value"/>.</summary>
    public string Text => Value.ToString();

    /// <summary>Whether it was written as a JSON number.</summary>
    public bool IsNumber { get; } = isNumber;
}
