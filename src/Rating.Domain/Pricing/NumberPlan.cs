namespace Rating.Domain.Pricing;

/// <summary>Brings numbers, as a phone system of some country writes them, into international form (E.164, without plus), and knows those that stay local.</summary>
public sealed class NumberPlan
{
    private const int DigitsMax = 64;

    /// <summary>Takes digits as they are.</summary>
    public static NumberPlan None { get; } = new() { Country = "" };

    /// <summary>The country's code.</summary>
    public required string Country { get; init; }

    /// <summary>What is dialled before a number in international form, longest first.</summary>
    public IReadOnlyList<string> International { get; init; } = [];

    /// <summary>What is dialled before a national number; empty for nothing.</summary>
    public string National { get; init; } = "";

    /// <summary>Whether a number without any of these prefixes is a national one, or is in international form.</summary>
    public bool IsOtherwiseNational { get; init; }

    /// <summary>Rules that are tried before all this; the first that fits is applied.</summary>
    public IReadOnlyList<DialRule> DialPlan { get; init; } = [];

    /// <summary>Local numbers with their kinds, in the order in which they are tried.</summary>
    public IReadOnlyList<(NumberKind Kind, NumberPattern Pattern)> Local { get; init; } = [];

    /// <summary>Normalises a number.</summary>
    /// <param name="text">The number as it was written, UTF-8.</param>
    /// <param name="room">Where the digits go; at least <see cref="Room"/> bytes.</param>
    /// <param name="kind">What the number is.</param>
    /// <returns>The digits.</returns>
    public ReadOnlySpan<byte> Normalise(ReadOnlySpan<byte> text, Span<byte> room, out NumberKind kind)
    {
        kind = NumberKind.International;
        var digits = Digits(text, room[..DigitsMax], out var isInternational);
        if (ReferenceEquals(this, None) || isInternational || digits.Length == 0) return digits;
        foreach (var rule in DialPlan)
        {
            if (!rule.Pattern.Fits(digits)) continue;
            digits = Put(rule.Prepend, digits[rule.Strip..], room);
            if (rule.IsFinal) return digits;
            break;
        }

        foreach (var (local, pattern) in Local)
            if (pattern.Fits(digits))
            {
                kind = local;
                return digits;
            }

        foreach (var prefix in International)
            if (Begins(digits, prefix)) return digits[prefix.Length..];
        if (National.Length > 0 && Begins(digits, National)) return Put(Country, digits[National.Length..], room);
        return IsOtherwiseNational && digits.Length > 0 ? Put(Country, digits, room) : digits;
    }

    /// <summary>How much room a normalised number may need.</summary>
    public static int Room => DigitsMax * 4;

    // Digits stand in the second part of the room when something is put before them; a rule and a country may each do so once.
    private static ReadOnlySpan<byte> Put(string prefix, ReadOnlySpan<byte> digits, Span<byte> room)
    {
        Span<byte> copy = stackalloc byte[DigitsMax * 3];
        digits.CopyTo(copy);
        var length = digits.Length;
        for (var i = 0; i < prefix.Length; i++) room[i] = (byte)prefix[i];
        copy[..length].CopyTo(room[prefix.Length..]);
        return room[..(prefix.Length + length)];
    }

    private static bool Begins(ReadOnlySpan<byte> digits, string prefix)
    {
        if (digits.Length < prefix.Length) return false;
        for (var i = 0; i < prefix.Length; i++)
            if (digits[i] != prefix[i]) return false;
        return true;
    }

    private static ReadOnlySpan<byte> Digits(ReadOnlySpan<byte> text, Span<byte> room, out bool isInternational)
    {
        isInternational = false;
        text = WithoutScheme(text);
        var count = 0;
        foreach (var c in text)
        {
            if (c is >= (byte)'0' and <= (byte)'9')
            {
                if (count == room.Length) break;
                room[count++] = c;
            }
            else if (c == (byte)'+') isInternational |= count == 0;
            else if (c is not ((byte)' ' or (byte)'-' or (byte)'(' or (byte)')' or (byte)'.' or (byte)'/')) break;
        }

        return room[..count];
    }

    private static ReadOnlySpan<byte> WithoutScheme(ReadOnlySpan<byte> text)
    {
        if (text.Length == 0 || (text[0] | 0x20) is not ((byte)'t' or (byte)'s')) return text;
        if (text.StartsWith("tel:"u8) || text.StartsWith("sip:"u8)) return text[4..];
        return text.StartsWith("sips:"u8) ? text[5..] : text;
    }
}
