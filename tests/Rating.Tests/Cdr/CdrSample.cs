using System.Text;
using NodaTime;
using Rating.Server.Cdr;

namespace Rating.Tests.Cdr;

/// <summary>A row as a test keeps it: the reader's own row lives only until the next one.</summary>
internal sealed record ReadRow(long Line, string? Refusal, string Raw, Instant Start, Instant? Answered, decimal Seconds, CdrNotBillable NotBillable,
    string Caller, string Called, string Subject, string RowKey, string CallKey);

/// <summary>Reads made-up CDR text.</summary>
internal static class CdrSample
{
    /// <summary>A small map without a header: start, caller, called, seconds, note.</summary>
    public static readonly CdrMap Small = CdrMap.Parse("""
        name: small
        file: { header: false, comment: "#" }
        columns: [start, caller, called, seconds, note]
        time: { zone: UTC, formats: ["yyyy-MM-dd HH:mm:ss"], start: start }
        duration: { billable: seconds }
        caller: caller
        called: called
        subject: caller
        extra: [note]
        row_key: hash
        """, "small.yaml");

    public static (List<ReadRow> Rows, CdrCounts Counts) Read(CdrMap map, byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return Read(map, stream);
    }

    public static (List<ReadRow> Rows, CdrCounts Counts) Read(CdrMap map, string text) => Read(map, Encoding.UTF8.GetBytes(text));

    public static (List<ReadRow> Rows, CdrCounts Counts) Read(CdrMap map, Stream stream)
    {
        var reader = new CdrReader(stream, map);
        var rows = reader.Rows().Select(Copy).ToList();
        return (rows, reader.Counts);
    }

    public static ReadRow Copy(CdrRow r) => new(r.LineNumber, r.Refusal, Encoding.UTF8.GetString(r.Raw), r.Start, r.Answered, r.DurationSeconds, r.NotBillable,
        Encoding.UTF8.GetString(r.Caller), Encoding.UTF8.GetString(r.Called), Encoding.UTF8.GetString(r.Subject), Encoding.UTF8.GetString(r.RowKey), Encoding.UTF8.GetString(r.CallKey));

    /// <summary>A row of the small map.</summary>
    public static string Row(int second, string caller = "4930555010", string called = "4930555020", string seconds = "61", string note = "n") =>
        $"2026-03-02 10:00:{second:00},{caller},{called},{seconds},{note}";
}

/// <summary>Gives at most one byte a time: line ends and marks must not depend on how a stream is cut.</summary>
internal sealed class DripStream(byte[] bytes) : MemoryStream(bytes)
{
    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1));

    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1)]);
}
