using System.Text;
using NodaTime;
using Rating.Server.Cdr;
using static Rating.Tests.Cdr.CdrSample;

namespace Rating.Tests.Cdr;

/// <summary>What real files do that no format says; a bad row is refused alone, with its line number.</summary>
public sealed class CdrQuirkTests
{
    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Lines_end_as_they_like(string end)
    {
        var bytes = Encoding.UTF8.GetBytes($"{Row(1)}{end}{end}# note{end}{Row(2)}{end}   {end}{Row(3)}");
        foreach (Stream stream in new Stream[] { new MemoryStream(bytes), new DripStream(bytes) })
        {
            var (rows, counts) = Read(Small, stream);
            Assert.Equal([1, 4, 6], rows.Select(r => r.Line));
            Assert.All(rows, r => Assert.Null(r.Refusal));
            Assert.Equal((6, 2, 1, 3, 0), (counts.Lines, counts.Blank, counts.Comment, counts.Usable, counts.Refused));
        }
    }

    [Theory]
    [InlineData("2026-03-02 10:00:03,4930555010,493055", "2 columns")]
    [InlineData("2026-03-02 10:00:03,4930555010,4930555020,61,\"no", "never closed")]
    [InlineData("2026-", "1 columns")]
    public void A_torn_last_line_is_refused_and_its_neighbours_are_not(string torn, string reason)
    {
        if (torn.Count(c => c == ',') == 2)
            reason = "3 columns";
        var (rows, counts) = Read(Small, $"{Row(1)}\n{Row(2)}\n{torn}");
        Assert.Equal([null, null], rows.Take(2).Select(r => r.Refusal));
        Assert.Contains(reason, rows[2].Refusal);
        Assert.Equal((3, torn), (rows[2].Line, rows[2].Raw));
        Assert.Equal((2, 1), (counts.Usable, counts.Refused));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("\n2026-03-02 10:00:03,4930555010,4930555020,18,n", true)]
    [InlineData("\n2026-03-02 10:00:03,4930555010,4930555020,18,n\r\n", false)]
    [InlineData("\n2026-03-02 10:00:03,49305", false)] // refused: it is told anyway
    public void A_last_row_that_is_taken_without_its_line_end_is_told(string last, bool isOpen)
    {
        var (_, counts) = Read(Small, $"{Row(1)}\n{Row(2)}{(last.Length == 0 ? "\n" : last)}");
        Assert.Equal(isOpen, counts.IsLastRowOpen);
    }

    [Fact]
    public void A_last_line_torn_at_a_width_that_also_exists_is_refused()
    {
        // Asterisk writes 16 or 18 columns: a row of 18 that is cut after 16 looks whole.
        var map = CdrMap.BuiltIn("asterisk").WithZone("UTC");
        const string whole = """
            "","4930555010","4930555020","out","","SIP/1","SIP/2","Dial","","2026-03-02 10:00:00","2026-03-02 10:00:05","2026-03-02 10:01:00",60,55,"ANSWERED","DOCUMENTATION","1772445600.1",""
            """;
        var (rows, _) = Read(map, $"{whole}\n{whole[..whole.IndexOf(",\"1772", StringComparison.Ordinal)]}");
        Assert.Null(rows[0].Refusal);
        Assert.Contains("torn", rows[1].Refusal);
    }

    [Fact]
    public void A_quote_that_is_never_closed_does_not_swallow_the_next_rows()
    {
        var (rows, _) = Read(Small, $"{Row(1)}\n{Row(2, note: "\"open")}\n{Row(3)}\n{Row(4, note: "\"a\" b")}\n{Row(5)}\n");
        Assert.Equal([true, false, true, false, true], rows.Select(r => r.Refusal is null));
        Assert.Contains("after its closing quote", rows[3].Refusal);
    }

    [Fact]
    public void A_byte_order_mark_is_not_data()
    {
        var text = $"{Row(1)}\n{Row(2)}\n";
        var plain = Read(Small, text).Rows;
        foreach (var encoding in new[] { Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode })
            Assert.Equal(plain, Read(Small, [.. encoding.GetPreamble(), .. encoding.GetBytes(text)]).Rows);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_latin1_in_that_line_only()
    {
        var latin = Encoding.Latin1.GetBytes($"{Row(1, caller: "Müller")}\n");
        var utf = Encoding.UTF8.GetBytes($"{Row(1, caller: "Müller")}\n");
        var (rows, _) = Read(Small, [.. latin, .. utf]);
        Assert.Equal(["Müller", "Müller"], rows.Select(r => r.Caller));
        Assert.Equal(rows[0].RowKey, rows[1].RowKey); // saved in another encoding it is still the same row
    }

    [Fact]
    public void A_named_encoding_is_used()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var cyrillic = Encoding.GetEncoding("windows-1251");
        var map = Small with { Encoding = cyrillic };
        Assert.Equal("Иван", Assert.Single(Read(map, cyrillic.GetBytes(Row(1, caller: "Иван"))).Rows).Caller);
    }

    [Fact]
    public void A_nul_byte_refuses_its_row_only()
    {
        var (rows, _) = Read(Small, $"{Row(1)}\n{Row(2, note: "a\0b")}\n\0\0\0{Row(3)}\n{Row(4)}\n");
        Assert.Equal([true, false, false, true], rows.Select(r => r.Refusal is null));
        Assert.Contains("NUL", rows[1].Refusal);
    }

    [Theory]
    [InlineData(64 * 1024, true)]
    [InlineData((64 * 1024) + 1, false)]
    [InlineData(1_000_000, false)]
    public void A_line_longer_than_the_limit_is_refused_whole(int length, bool usable)
    {
        // The long column is one that no event carries.
        var map = Small with { Extra = [] };
        var row = Row(2, note: "");
        var text = $"{Row(1)}\r\n{row}{new string('x', length - row.Length)}\r\n{Row(3)}\r\n";
        foreach (var end in new[] { text, text.TrimEnd() })
        {
            var (rows, counts) = Read(map, end);
            Assert.Equal([true, usable, true], rows.Select(r => r.Refusal is null));
            Assert.Equal([1, 2, 3], rows.Select(r => r.Line));
            Assert.Equal(3, counts.Lines);
            if (!usable)
                Assert.Equal(text.Substring(Row(1).Length + 2, CdrLimits.RefusedBytesMax), rows[1].Raw);
        }
    }

    [Fact]
    public void A_long_last_line_without_an_end_is_one_refused_row()
    {
        var (rows, counts) = Read(Small, $"{Row(1)}\n{new string('y', 300_000)}");
        Assert.Equal([true, false], rows.Select(r => r.Refusal is null));
        Assert.Equal(2, counts.Lines);
    }

    [Fact]
    public void A_text_that_no_event_may_hold_is_refused_with_its_column()
    {
        var (rows, _) = Read(Small, $"{Row(1, note: "a\tb")}\n{Row(2, caller: new string('1', 1025))}\n{Row(3)}\n");
        Assert.Contains("note holds a control character", rows[0].Refusal);
        Assert.Contains("caller is 1025 bytes long", rows[1].Refusal);
        Assert.Null(rows[2].Refusal);
    }

    [Theory]
    [InlineData("-5")]
    [InlineData("1e3")]
    [InlineData("NaN")]
    [InlineData("")]
    [InlineData("1.2.3")]
    [InlineData("2678401")] // 31 days and a second
    [InlineData(" 5")]
    public void A_duration_that_is_no_number_is_refused(string seconds)
    {
        var row = Assert.Single(Read(Small, Row(1, seconds: seconds)).Rows);
        Assert.Contains("duration", row.Refusal);
    }

    [Theory]
    [InlineData("s", "61", "61")]
    [InlineData("s", "61.25", "61.25")]
    [InlineData("ms", "61250", "61.25")]
    [InlineData("text", "10s", "10")]
    [InlineData("text", "5m", "300")]
    [InlineData("text", "1h2m3s", "3723")]
    [InlineData("text", "1m30s500ms", "90.5")]
    [InlineData("text", "62", "62")]
    public void Durations_are_read_in_their_unit(string unit, string text, string expected)
    {
        var map = Small with { Unit = unit switch { "ms" => CdrDurationUnit.Milliseconds, "text" => CdrDurationUnit.Text, _ => CdrDurationUnit.Seconds } };
        var row = Assert.Single(Read(map, Row(1, seconds: text)).Rows);
        Assert.Null(row.Refusal);
        Assert.Equal(decimal.Parse(expected), row.Seconds);
    }

    [Theory] // Berlin 2026: clocks go forward on 29 March at 02:00, back on 25 October at 03:00
    [InlineData("2026-03-29 01:59:59", "2026-03-29T00:59:59Z")]
    [InlineData("2026-03-29 02:30:00", "2026-03-29T01:30:00Z")] // does not exist: moved forward to 03:30
    [InlineData("2026-03-29 03:00:00", "2026-03-29T01:00:00Z")]
    [InlineData("2026-10-25 02:30:00", "2026-10-25T00:30:00Z")] // exists twice: the earlier
    [InlineData("2026-10-25 03:00:00", "2026-10-25T02:00:00Z")]
    [InlineData("2026-07-01 12:00:00", "2026-07-01T10:00:00Z")]
    [InlineData("2026-12-01 12:00:00", "2026-12-01T11:00:00Z")]
    public void Local_times_around_a_clock_change(string local, string expected)
    {
        // With a row before that makes the reader remember an offset.
        var (rows, _) = Read(Small.WithZone("Europe/Berlin"), $"2026-05-01 12:00:00,1,2,3,\n{local},1,2,3,\n");
        Assert.Equal(expected, rows[1].Start.ToString());
    }

    [Theory]
    [InlineData("unix", "1772445600", "2026-03-02T10:00:00Z")]
    [InlineData("unix-ms", "1772445600250", "2026-03-02T10:00:00.25Z")]
    [InlineData("rfc3339", "2026-03-02T11:00:00+01:00", "2026-03-02T10:00:00Z")]
    [InlineData("d/M/yyyy H:mm:ss", "2/3/2026 9:05:07", "2026-03-02T09:05:07Z")]
    [InlineData("yyyy-MM-dd HH:mm:ss o<+HHmm> 'UTC'", "2026-03-02 10:00:00 +0000 UTC", "2026-03-02T10:00:00Z")]
    public void Times_are_read_in_their_format(string format, string text, string expected)
    {
        var row = Assert.Single(Read(Small with { TimeFormats = [format] }, $"{text},1,2,3,").Rows);
        Assert.Null(row.Refusal);
        Assert.Equal(expected, NodaTime.Text.InstantPattern.ExtendedIso.Format(row.Start));
    }

    [Theory]
    [InlineData("2026-02-30 10:00:00")]
    [InlineData("2026-13-01 10:00:00")]
    [InlineData("2026-03-02 24:00:00")]
    [InlineData("1899-03-02 10:00:00")]
    [InlineData("2026/03/02 10:00:00")]
    [InlineData("2026-03-0x 10:00:00")]
    [InlineData("")]
    public void A_time_that_is_none_is_refused(string text) =>
        Assert.Contains("start time", Assert.Single(Read(Small, $"{text},1,2,3,").Rows).Refusal);

    [Fact]
    public void Without_an_answer_column_the_answer_is_start_plus_ringing()
    {
        const string header = "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,accountcode,uniqueid,userfield";
        var (rows, counts) = Read(CdrMap.BuiltIn("freepbx"), $"{header}\n2026-03-02 11:00:00,\"Smith, \"J\" <114>,114,4930555020,x,SIP,,Dial,\"SIP/113,60,rI\",30,20,ANSWERED,3,,1772445600.7,\n");
        Assert.Contains("never closed", rows[0].Refusal); // three quotes: cannot be told
        Assert.Equal(1, counts.Header);
        (rows, _) = Read(CdrMap.BuiltIn("freepbx"), $"{header}\n2026-03-02 11:00:00,\"Smith, J\" <114>,114,4930555020,x,SIP,,Dial,\"SIP/113,60,rI\",30,20,ANSWERED,3,,1772445600.7,\n");
        Assert.Null(rows[0].Refusal);
        Assert.Equal(Instant.FromUtc(2026, 3, 2, 10, 0, 10), rows[0].Answered);
    }

    [Fact]
    public void A_header_that_lacks_a_column_refuses_the_file_and_says_which()
    {
        var e = Assert.Throws<CdrFileException>(() => Read(CdrMap.BuiltIn("generic"), "id,start,answered,caller,called\n1,2,3,4,5\n"));
        Assert.Contains("'seconds'", e.Message);
    }

    [Fact]
    public void A_row_without_its_own_id_is_refused()
    {
        var (rows, _) = Read(CdrMap.BuiltIn("generic"), "id,start,answered,caller,called,seconds\n,2026-03-02T10:00:00Z,,1,2,3\n7,2026-03-02T10:00:00Z,,1,2,3\n");
        Assert.Contains("own id", rows[0].Refusal);
        Assert.Equal("7", rows[1].RowKey);
    }

    [Fact]
    public void A_row_key_hash_is_what_sha256sum_prints()
    {
        // printf '%s' '2026-03-02 10:00:01,4930555010,4930555020,61,n' | sha256sum | cut -c1-32
        Assert.Equal("4370fff9cb82ad151f691f4df14a74b5", Assert.Single(Read(Small, Row(1) + "\r\n").Rows).RowKey);
    }

    [Fact]
    public void An_empty_file_has_no_rows()
    {
        foreach (var name in CdrMap.BuiltInNames)
            Assert.Equal(0, Read(CdrMap.BuiltIn(name), "").Counts.Lines);
    }
}
