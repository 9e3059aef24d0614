using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;

namespace Rating.Tests.Server;

/// <summary>A row of the table in docs/verdicts.md with its sample.</summary>
internal sealed partial record VerdictCase(string Id, string Where, string Status, string[] Verdicts, string[] Reasons, string? Info, string Sample)
{
    private static readonly string[] Page = File.ReadAllLines(Path.Combine(RunningServer.Root, "docs", "verdicts.md"));

    /// <summary>All rows of the page's tables.</summary>
    public static IReadOnlyList<VerdictCase> All { get; } = [.. ReadAll()];

    /// <summary>Whether anything is taken.</summary>
    public bool TakesNothing => Verdicts is ["-"];

    /// <summary>The sample's bytes.</summary>
    public byte[] Bytes(Instant now)
    {
        var bytes = new MemoryStream();
        Expand(Sample, now, bytes);
        return bytes.ToArray();
    }

    private static IEnumerable<VerdictCase> ReadAll()
    {
        foreach (var line in Page)
        {
            var cells = line.Split('|').Select(cell => cell.Trim()).ToArray();
            if (cells.Length != 8 || cells[1] is "case id" || cells[1].StartsWith("---", StringComparison.Ordinal)) continue;
            var (info, sample) = SampleOf(cells[1]);
            yield return new VerdictCase(cells[1], cells[3].Trim('`'), cells[4], Split(cells[5]), Split(cells[6]), info, sample);
        }
    }

    private static string[] Split(string cell) => [.. cell.Split(',').Select(part => part.Trim())];

    private static (string? Info, string Sample) SampleOf(string id)
    {
        for (var i = 0; i < Page.Length; i++)
        {
            if (!Page[i].StartsWith("```", StringComparison.Ordinal)) continue;
            var words = Page[i][3..].Split(' ');
            if (words.Length < 2 || words[1] != id) continue;
            var end = Array.FindIndex(Page, i + 1, line => line == "```");
            return (Page[i][3..], string.Join('\n', Page[(i + 1)..end]));
        }

        return (null, "");
    }

    private static void Expand(string text, Instant now, MemoryStream bytes)
    {
        for (var at = 0; at < text.Length;)
        {
            var mark = text.IndexOf('«', at);
            bytes.Write(Encoding.UTF8.GetBytes(mark < 0 ? text[at..] : text[at..mark]));
            if (mark < 0) return;
            var close = text.IndexOf('»', mark);
            var word = text[(mark + 1)..close];
            at = close + 1;
            if (word.StartsWith("hex ", StringComparison.Ordinal)) bytes.Write(Convert.FromHexString(word[4..].Replace(" ", "", StringComparison.Ordinal)));
            else if (Now().Match(word) is { Success: true } later) bytes.Write(Encoding.UTF8.GetBytes(InstantPattern.General.Format(now + Duration.FromHours(int.Parse(later.Groups["hours"].Value, CultureInfo.InvariantCulture)))));
            else if (Repeat().Match(word) is { Success: true } repeat)
            {
                var end = text.IndexOf("«end»", at, StringComparison.Ordinal);
                var times = int.Parse(repeat.Groups["times"].Value, CultureInfo.InvariantCulture);
                var (piece, separator) = (text[at..end], Encoding.UTF8.GetBytes(repeat.Groups["separator"].Value));
                for (var i = 0; i < times; i++)
                {
                    if (i > 0) bytes.Write(separator);
                    bytes.Write(Encoding.UTF8.GetBytes(piece.Replace("«n»", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
                }

                at = end + "«end»".Length;
            }
            else throw new InvalidOperationException($"docs/verdicts.md writes «{word}», which this test does not know.");
        }
    }

    [GeneratedRegex(@"^now\+(?<hours>\d+)h$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Now();

    [GeneratedRegex(@"^repeat (?<times>\d+) (?<separator>.*)$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, 1000)]
    private static partial Regex Repeat();
}
