namespace Rating.Domain.Usage;

/// <summary>One field of an event's data, nested names joined with dots.</summary>
/// <param name="Name">Its name, such as <c>duration_seconds</c> or <c>call.duration</c>.</param>
/// <param name="Text">Its value as text: a string's characters, a number as it was written, <c>true</c>, <c>false</c>.</param>
/// <param name="IsNumber">Whether it was written as a JSON number.</param>
public readonly record struct DataField(string Name, string Text, bool IsNumber);
