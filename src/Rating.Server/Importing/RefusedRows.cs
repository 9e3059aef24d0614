using System.Text;
using Rating.Server.Cdr;

namespace Rating.Server.Importing;

/// <summary>The rows that a file's reader refused, as a CSV file beside it: line, reason, raw text. Written only when there are some.</summary>
internal sealed class RefusedRows(string path) : IDisposable
{
    private readonly string _path = path + ".refused.csv";
    private StreamWriter? _writer;

    /// <summary>How many.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a refused row.</summary>
    public void Add(CdrRow row)
    {
        if (_writer is null)
        {
            _writer = new StreamWriter(_path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            _writer.Write("line,reason,raw\n");
        }

        _writer.Write($"{row.LineNumber},{Quoted(row.Refusal!)},{Quoted(Encoding.UTF8.GetString(row.Raw))}\n");
        Count++;
    }

    /// <summary>Ends the file.</summary>
    /// <returns>Its path; null when no row was refused. One left by an earlier run is then taken away.</returns>
    public string? Finish()
    {
        _writer?.Flush();
        if (Count > 0) return _path;
        File.Delete(_path);
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _writer?.Dispose();

    private static string Quoted(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
