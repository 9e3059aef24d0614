namespace Rating.Tests.Docs;

/// <summary>A page under docs/ as its tests read it: lines, fenced blocks, tables.</summary>
internal sealed class DocumentPage
{
    private readonly string[] _lines;

    private DocumentPage(string[] lines) => _lines = lines;

    /// <summary>The folder of the checkout.</summary>
    public static string Root { get; } = FindRoot();

    public static DocumentPage Read(string name) => new(File.ReadAllText(Path.Combine(Root, "docs", name)).Split('\n'));

    /// <summary>The lines from each heading that begins so, up to the next heading that is not deeper.</summary>
    public IEnumerable<(string Title, DocumentPage Body)> Sections(string heading)
    {
        var depth = heading.IndexOf(' ', StringComparison.Ordinal);
        var inFence = false;
        for (var i = 0; i < _lines.Length; i++)
        {
            if (_lines[i].StartsWith("```", StringComparison.Ordinal)) inFence = !inFence;
            if (inFence || !_lines[i].StartsWith(heading, StringComparison.Ordinal)) continue;
            var end = i + 1;
            for (var fence = false; end < _lines.Length; end++)
            {
                if (_lines[end].StartsWith("```", StringComparison.Ordinal)) fence = !fence;
                if (!fence && _lines[end].StartsWith('#') && _lines[end].IndexOf(' ', StringComparison.Ordinal) <= depth) break;
            }

            yield return (_lines[i][heading.Length..].Trim(), new DocumentPage(_lines[(i + 1)..end]));
        }
    }

    /// <summary>Info string and content of each fenced block; the content without the last line feed.</summary>
    public IEnumerable<(string Info, string Content)> Blocks()
    {
        for (var i = 0; i < _lines.Length; i++)
        {
            if (!_lines[i].StartsWith("```", StringComparison.Ordinal)) continue;
            var end = Array.IndexOf(_lines, "```", i + 1);
            if (end < 0) throw new InvalidDataException($"the block '{_lines[i]}' has no end");
            yield return (_lines[i][3..].Trim(), string.Join('\n', _lines[(i + 1)..end]));
            i = end;
        }
    }

    /// <summary>Header and rows of each table, cells trimmed.</summary>
    public IEnumerable<(string[] Header, IReadOnlyList<string[]> Rows)> Tables()
    {
        var inFence = false;
        for (var i = 0; i + 1 < _lines.Length; i++)
        {
            if (_lines[i].StartsWith("```", StringComparison.Ordinal)) inFence = !inFence;
            if (inFence || !_lines[i].StartsWith('|') || !_lines[i + 1].StartsWith("|---", StringComparison.Ordinal)) continue;
            var rows = new List<string[]>();
            var header = Cells(_lines[i]);
            for (i += 2; i < _lines.Length && _lines[i].StartsWith('|'); i++)
            {
                var cells = Cells(_lines[i]);
                if (cells.Length != header.Length) throw new InvalidDataException($"{cells.Length} cells under {header.Length} headings: {_lines[i]}");
                rows.Add(cells);
            }

            yield return (header, rows);
        }
    }

    // A bar inside of a cell is written \|.
    private static string[] Cells(string line) =>
        [.. line.Trim().Trim('|').Replace("\\|", "\u0001", StringComparison.Ordinal).Split('|').Select(cell => cell.Replace('\u0001', '|').Trim())];

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rating.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"No Rating.sln above {AppContext.BaseDirectory}.");
        return folder;
    }
}
