using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Rating.TestKit;

/// <summary>A file of every record that was acknowledged to a sender of the kit, so that "nothing acknowledged is lost" is checked from outside of the program and of the broker.</summary>
/// <remarks>A line is written only after the acknowledgement: <c>partition TAB offset TAB SHA-256 of the payload</c>; partition and offset are <c>-</c> where the intake chose them.</remarks>
public sealed class AcknowledgedFile : IDisposable
{
    private const string Unknown = "-";
    private readonly StreamWriter _writer;
    private readonly Lock _gate = new();

    /// <summary>Makes a new file.</summary>
    public AcknowledgedFile(string path)
    {
        Path = path;
        _writer = new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read));
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>How many records are in it.</summary>
    public long Count { get; private set; }

    /// <summary>How a payload is known.</summary>
    public static string HashOf(ReadOnlySpan<byte> payload) => Convert.ToHexString(SHA256.HashData(payload));

    /// <summary>The intake acknowledged these payloads.</summary>
    public void Add(IEnumerable<string> payloads)
    {
        lock (_gate)
        {
            foreach (var payload in payloads) Write(Unknown, Unknown, Encoding.UTF8.GetBytes(payload));
            _writer.Flush();
        }
    }

    /// <summary>The broker acknowledged a payload at a place.</summary>
    public void Add(int partition, long offset, ReadOnlySpan<byte> payload)
    {
        lock (_gate)
        {
            Write(partition.ToString(CultureInfo.InvariantCulture), offset.ToString(CultureInfo.InvariantCulture), payload);
            _writer.Flush();
        }
    }

    /// <summary>What was acknowledged and is not in a topic: at its place, or where no place is known anywhere in it, as often as it was acknowledged.</summary>
    public IReadOnlyList<string> MissingFrom(TopicContent topic) => Missing(topic.Sent, topic.Hashes);

    /// <summary>What was acknowledged and is not in another log, as often as it was acknowledged.</summary>
    /// <param name="hashes">What the log holds, as <see cref="HashOf"/> knows it.</param>
    public IReadOnlyList<string> MissingFrom(IReadOnlyList<string> hashes) => Missing(hashes, new Dictionary<(int, long), string>());

    private List<string> Missing(IReadOnlyList<string> sent, IReadOnlyDictionary<(int Partition, long Offset), string> places)
    {
        lock (_gate) _writer.Flush();
        var left = sent.GroupBy(hash => hash, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Count(), StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (var line in File.ReadLines(Path))
        {
            var words = line.Split('\t');
            var isThere = words[0] == Unknown
                ? left.GetValueOrDefault(words[2]) > 0 && left[words[2]]-- > 0
                : places.GetValueOrDefault((int.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture))) == words[2];
            if (!isThere) missing.Add(line);
        }

        return missing;
    }

    /// <inheritdoc/>
    public void Dispose() => _writer.Dispose();

    private void Write(string partition, string offset, ReadOnlySpan<byte> payload)
    {
        _writer.Write($"{partition}\t{offset}\t{HashOf(payload)}\n");
        Count++;
    }
}
