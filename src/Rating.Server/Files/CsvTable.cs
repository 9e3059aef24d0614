using System.Text;
using CsvHelper;
using Rating.Domain;

namespace Rating.Server.Files;

/// <summary>A small CSV file that a person keeps, read whole: a header with known column names, and rows with the lines on which they begin.</summary>
internal sealed class CsvTable
{
    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);

    private CsvTable(string path) => Path = path;

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The rows.</summary>
    public List<(long Line, string[] Cells)> Rows { get; } = [];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="needed">Columns that it must have.</param>
    /// <param name="others">Columns that it may have beside.</param>
    /// <exception cref="Refused"><c>csv.*</c>: with line and column.</exception>
    public static CsvTable Read(string path, IReadOnlyCollection<string> needed, IReadOnlyCollection<string> others)
    {
        var table = new CsvTable(path);
        var options = new CsvReaderOptions { Separator = ',', TrackLineNumbers = true, TrimWhitespace = true, MalformedData = CsvMalformedDataHandling.Throw, FieldCountMismatch = CsvFieldCountHandling.Throw };
        try
        {
            using var csv = CsvReader.FromText(TextFile.Read(path), options);
            csv.ReadHeader();
            foreach (var name in csv.Headers)
            {
                if (!needed.Contains(name) && !others.Contains(name)) throw table.Refuse(1, name, $"this column is not known; known are {string.Join(", ", needed.Concat(others))}.");
                if (!table._columns.TryAdd(name, table._columns.Count)) throw table.Refuse(1, name, "this column stands twice.");
            }

            foreach (var name in needed)
                if (!table._columns.ContainsKey(name)) throw table.Refuse(1, name, "this column is missing.");
            while (csv.Read()) table.Rows.Add((csv.LineNumber, [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)]));
            return table;
        }
        catch (CsvFormatException wrong)
        {
            throw table.Refuse(Math.Max(wrong.LineNumber, 1), "", wrong.Message);
        }
    }

    /// <summary>A cell of a row; empty when the file does not have the column.</summary>
    public string Cell(string[] cells, string column) => _columns.TryGetValue(column, out var place) ? cells[place] : "";

    /// <summary>A refusal at a line and column of the file.</summary>
    public Refused Refuse(long line, string column, string problem)
    {
        var where = $"{Path}, line {line}{(column.Length == 0 ? "" : $", column {column}")}";
        return new Refused("csv.invalid", $"{where}: {problem}") { Where = where };
    }
}
