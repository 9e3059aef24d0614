using System.Text;

namespace Rating.Engine.Intake;

/// <summary>Gives the same string for the same bytes, mostly: usage repeats its sources, types, subjects and field names, and making a string each time is what would cost most.</summary>
internal sealed class Utf8Interner
{
    private const int Slots = 1 << 14;
    private readonly Entry[] _entries = new Entry[Slots];

    /// <summary>The text of well-formed UTF-8.</summary>
    public string Text(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length == 0) return "";
        if (utf8.Length > 64) return Encoding.UTF8.GetString(utf8);
        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var entry = ref _entries[hash.ToHashCode() & (Slots - 1)];
        if (entry.Bytes is not null && utf8.SequenceEqual(entry.Bytes)) return entry.Text;
        entry = new Entry(utf8.ToArray(), Encoding.UTF8.GetString(utf8));
        return entry.Text;
    }

    private readonly record struct Entry(byte[] Bytes, string Text);
}
