using System.Text;
using Rating.Domain;
using Rating.Engine.Intake;
using Rating.Server.Cdr;

namespace Rating.Tests.Cdr;

/// <summary>Whatever happens to a file's bytes: every line is accounted for, and nothing is thrown but the answer that the file does not fit its map.</summary>
public sealed class CdrFuzzTests
{
    private static readonly string[] Samples =
    [
        "asterisk|\"\",\"4930555010\",\"4930555020\",\"out\",\"\"\"Ann\"\" <1>\",\"SIP/1\",\"SIP/2\",\"Dial\",\"\",\"2026-03-02 10:00:00\",\"2026-03-02 10:00:05\",\"2026-03-02 10:01:00\",60,55,\"ANSWERED\",\"DOCUMENTATION\",\"1772445600.1\",\"\"",
        "freeswitch|\"A\",\"4930555010\",\"4930555020\",\"default\",\"2026-03-02 10:00:00\",\"2026-03-02 10:00:05\",\"2026-03-02 10:01:00\",\"60\",\"55\",\"NORMAL_CLEARING\",\"aaaa\",\"bbbb\",\"1000\"",
        "freepbx|calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,accountcode,uniqueid,userfield|2026-03-02 10:00:00,\"Ünal\" <114>,114,4930555020,x,SIP,,Dial,\"SIP/113,60,rI\",30,20,ANSWERED,3,,1772445600.7,",
        "pbxware|AcctId,clid,src,dst,dcontext,calldate,duration,billsec,disposition,accountcode,uniqueid,trunk,did|1,\"\"User 01\" <1115>\",1115,2484361945,default,\"2026-03-02 10:00:00\",37,32,ANSWERED,1115,1772445600.0,NULL,NULL",
        "generic|id,start,answered,caller,called,seconds|7,2026-03-02T10:00:00Z,2026-03-02T10:00:05Z,4930555010,4930555020,61",
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_line_is_accounted_for(int sample)
    {
        const int seed = 4180;
        var random = new Random(seed + sample);
        var parts = Samples[sample].Split('|');
        var map = CdrMap.BuiltIn(parts[0]);
        var header = parts.Length == 3 ? parts[1] + "\n" : "";
        using var writer = new CdrEventWriter(map);
        var decoder = new EventDecoder(); // the border of the engine: what leaves here must pass there
        var tenant = new TenantId("t");
        for (var round = 0; round < 1_500; round++)
        {
            var bytes = Mutated(random, header, string.Concat(Enumerable.Repeat(parts[^1] + "\r\n", random.Next(1, 6))));
            try
            {
                using var stream = random.Next(4) == 0 ? new DripStream(bytes) : new MemoryStream(bytes);
                var reader = new CdrReader(stream, map);
                var (usable, refused, last) = (0L, 0L, 0L);
                foreach (var row in reader.Rows())
                {
                    Assert.True(row.LineNumber > last);
                    last = row.LineNumber;
                    if (!row.IsUsable)
                    {
                        refused++;
                        Assert.NotEqual("", row.Refusal);
                        Assert.InRange(row.Raw.Length, 1, CdrLimits.RefusedBytesMax);
                        continue;
                    }
                    usable++;
                    var record = decoder.Decode(writer.Write(row).Span, tenant, row.Time, out var problem);
                    Assert.Equal("", problem);
                    Assert.Equal(row.Time, record!.EventTime);
                }
                var counts = reader.Counts;
                Assert.Equal((usable, refused), (counts.Usable, counts.Refused));
                Assert.Equal(Lines(bytes), usable + refused + counts.Blank + counts.Comment + counts.Header);
            }
            catch (CdrFileException)
            {
                Assert.True(header.Length > 0 && !bytes.AsSpan().StartsWith(Encoding.UTF8.GetBytes(header)));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed + sample}, round {round}: {Encoding.Latin1.GetString(bytes)}", e);
            }
        }
    }

    private static byte[] Mutated(Random random, string header, string rows)
    {
        // The header is hit now and then only, or little else would be tested.
        var keep = random.Next(10) == 0 ? 0 : Encoding.UTF8.GetByteCount(header);
        var bytes = Encoding.UTF8.GetBytes(header + rows).ToList();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var at = random.Next(keep, bytes.Count);
            byte[] nasty = [(byte)'"', (byte)',', (byte)'\n', (byte)'\r', 0, 0xFF, 0xC3, (byte)'9', (byte)' ', (byte)'-', (byte)random.Next(256)];
            var b = nasty[random.Next(nasty.Length)];
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = b;
                    break;
                case 1:
                    bytes.Insert(at, b);
                    break;
                case 2:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 30), bytes.Count - at));
                    break;
                default:
                    bytes.InsertRange(at, Enumerable.Repeat(b, random.Next(1, random.Next(20) == 0 ? 70_000 : 40)));
                    break;
            }
            if (bytes.Count <= keep + 1)
                break;
        }
        // A mark of UTF-16 would make other lines of the same bytes; the quirk tests cover it.
        if (bytes.Count > 1 && ((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF)))
            bytes[0] = (byte)'x';
        return [.. bytes];
    }

    /// <summary>Lines as a text reader counts them: each ended by LF, CRLF, CR, or the end with something before it.</summary>
    private static long Lines(byte[] bytes)
    {
        using var reader = new StringReader(Encoding.Latin1.GetString(bytes));
        var lines = 0L;
        while (reader.ReadLine() is not null)
            lines++;
        return lines;
    }
}
