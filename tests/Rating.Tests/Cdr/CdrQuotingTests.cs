using System.Text;
using CsvHelper;
using Rating.Server.Cdr;

namespace Rating.Tests.Cdr;

/// <summary>Each quoting dialect. Well-formed RFC 4180 is judged by CsvHelper.</summary>
public sealed class CdrQuotingTests
{
    [Theory]
    [InlineData(CdrQuoting.UntilDelimiter, "1,''User 01' <1115>',1115,'PJSIP/1@x,,XL(8:1)b(g^s^1)','',x", "1|'User 01' <1115>|1115|PJSIP/1@x,,XL(8:1)b(g^s^1)||x")]
    [InlineData(CdrQuoting.UntilDelimiter, "5,''' <2484>',2484", "5|'' <2484>|2484")]
    [InlineData(CdrQuoting.Protect, "a,'User 9' <113>,113,'SIP/113,60,rI',,''", "a|'User 9' <113>|113|SIP/113,60,rI||")]
    [InlineData(CdrQuoting.Protect, "'Smith, ''J'' R',x''y,'z' 'w',b", "Smith, 'J' R|x''y|'z' 'w'|b")]
    [InlineData(CdrQuoting.Protect, "a,'Smith, J' <1>,b", "a|'Smith, J' <1>|b")]
    [InlineData(CdrQuoting.Rfc4180, "'a,b','say ''x''',,''", "a,b|say 'x'||")]
    [InlineData(CdrQuoting.None, "'a,b',c", "'a|b'|c")]
    public void A_dialect_is_split(CdrQuoting quoting, string line, string expected) =>
        // Written with ' for " to be legible.
        Assert.Equal(expected.Replace('\'', '"'), string.Join('|', Split(quoting, line.Replace('\'', '"'))));

    [Fact]
    public void Well_formed_rows_are_split_as_csvhelper_splits_them()
    {
        const int seed = 20260302;
        var random = new Random(seed);
        string[] pieces = ["a", "\"", ",", "", " ", "ü", "<1>", "\"\"", "12", ";", "'"];
        for (var round = 0; round < 2_000; round++)
        {
            var fields = Enumerable.Range(0, random.Next(1, 12)).Select(_ => string.Concat(Enumerable.Range(0, random.Next(0, 6)).Select(_ => pieces[random.Next(pieces.Length)]))).ToArray();
            using var text = new StringWriter();
            using (var writer = CsvWriter.Create(text, new CsvWriterOptions(), leaveOpen: true))
            {
                foreach (var field in fields)
                    writer.WriteField(field, random.Next(2) == 0 ? CsvHelper.CsvQuoting.Always : CsvHelper.CsvQuoting.WhenNeeded);
                writer.EndRecord();
            }
            var line = text.ToString().TrimEnd('\r', '\n');
            if (line.Length == 0)
                continue;
            using var judge = CsvReader.FromText(line, new CsvReaderOptions { HasHeader = false, Separator = ',' });
            Assert.True(judge.Read());
            var expected = Enumerable.Range(0, judge.FieldCount).Select(judge.GetString).ToList();
            Assert.True(expected.SequenceEqual(Split(CdrQuoting.Rfc4180, line)), $"seed {seed}, round {round}: {line}");
        }
    }

    /// <summary>Splits by the reader itself: a map of extra columns only, written as an event's data.</summary>
    private static List<string> Split(CdrQuoting quoting, string line)
    {
        // Four fixed columns carry what a row must have; the line under test follows.
        const int widest = 16;
        var names = string.Join(", ", Enumerable.Range(1, widest).Select(i => $"c{i}"));
        var map = CdrMap.Parse($$"""
            name: split
            file: { header: false, widths: [{{string.Join(", ", Enumerable.Range(5, widest))}}] }
            columns: [start, caller, called, seconds, {{names}}]
            time: { zone: UTC, formats: [unix], start: start }
            duration: { billable: seconds }
            caller: caller
            called: called
            subject: caller
            extra: [{{names}}]
            row_key: hash
            """, "split.yaml") with { Quoting = quoting };
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($"1772445600,1,2,3,{line}\n"));
        var reader = new CdrReader(stream, map);
        var row = reader.Rows().First();
        Assert.Null(row.Refusal);
        return [.. Enumerable.Range(0, row.ColumnCount - 4).Select(i => Encoding.UTF8.GetString(row.Extra(i)))];
    }
}
