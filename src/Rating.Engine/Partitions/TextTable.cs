namespace Rating.Engine.Partitions;

/// <summary>The texts of one block, each stored once. Place 0 is the empty text.</summary>
internal sealed class TextTable
{
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];
    private readonly (string? Text, int Place)[] _recent = new (string?, int)[256];

    public TextTable() => Clear();

    public ulong PlaceOf(string text)
    {
        if (text.Length == 0) return 0;
        // The texts that nearly every record has are the same objects: a few comparisons of references find them.
        ref var recent = ref _recent[(text.Length * 7 + text[0] + text[^1] * 3) & (_recent.Length - 1)];
        if (ReferenceEquals(recent.Text, text)) return (ulong)recent.Place;
        if (!_places.TryGetValue(text, out var place))
        {
            _places[text] = place = _texts.Count;
            _texts.Add(text);
        }

        recent = (text, place);
        return (ulong)place;
    }

    public void WriteTo(ByteWriter writer)
    {
        writer.Varint(_texts.Count);
        foreach (var text in _texts) writer.Text(text);
    }

    public void Clear()
    {
        _places.Clear();
        Array.Clear(_recent);
        _texts.Clear();
        _texts.Add("");
    }

    public static string[] Read(ref ByteReader reader)
    {
        var texts = new string[reader.Count()];
        for (var i = 0; i < texts.Length; i++) texts[i] = reader.Text();
        return texts;
    }
}
