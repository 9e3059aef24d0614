namespace Rating.Domain.Usage;

/// <summary>What one data field of an event must be like for a meter to take it. All that is given must hold.</summary>
public sealed record FieldFilter
{
    /// <summary>The field.</summary>
    public required string Field { get; init; }

    /// <summary>The values of which it must have one; null for any.</summary>
    public string[]? Is { get; init; }

    /// <summary>The values of which it must have none.</summary>
    public string[] Not { get; init; } = [];

    /// <summary>The beginnings of which it must have one; null for any.</summary>
    public string[]? Prefix { get; init; }

    /// <summary>The number that it must be at least, or above when <see cref="IsAbove"/>; null for none.</summary>
    public Quantity? Least { get; init; }

    /// <summary>Whether <see cref="Least"/> itself is left out.</summary>
    public bool IsAbove { get; init; }

    /// <summary>The number that it must be at most, or below when <see cref="IsBelow"/>; null for none.</summary>
    public Quantity? Most { get; init; }

    /// <summary>Whether <see cref="Most"/> itself is left out.</summary>
    public bool IsBelow { get; init; }

    /// <summary>Whether it must be there, or must not; null for no matter.</summary>
    public bool? Exists { get; init; }

    /// <summary>Whether an event is so.</summary>
    public bool Takes(UsageRecord record)
    {
        if (!record.TryGet(Field, out var field)) return Exists != true && Is is null && Prefix is null && Least is null && Most is null;
        if (Exists == false || (Is is not null && !IsOneOf(field.Value, Is)) || IsOneOf(field.Value, Not) || (Prefix is not null && !BeginsWithOneOf(field.Value, Prefix))) return false;
        if (Least is null && Most is null) return true;
        if (!Quantity.TryParse(field.Value.Span, out var number)) return false;
        if (Least is { } least && (IsAbove ? number <= least : number < least)) return false;
        return Most is not { } most || (IsBelow ? number < most : number <= most);
    }

    private static bool IsOneOf(Utf8Text value, string[] texts)
    {
        foreach (var text in texts)
            if (value.Is(text)) return true;
        return false;
    }

    private static bool BeginsWithOneOf(Utf8Text value, string[] beginnings)
    {
        var text = value.ToString();
        foreach (var beginning in beginnings)
            if (text.StartsWith(beginning, StringComparison.Ordinal)) return true;
        return false;
    }
}
