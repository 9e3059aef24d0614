using System.Globalization;
using System.Text;
using NodaTime;
using NodaTime.Text;

namespace Rating.Tests.Docs;

/// <summary>The bytes of a sample of docs/verdicts.md: what stands between « and » is carried out.</summary>
internal static class SampleText
{
    private const string End = "«end»";

    public static byte[] Expand(string text, Instant now)
    {
        var bytes = new List<byte>();
        Expand(text, now, "", bytes);
        return [.. bytes];
    }

    private static void Expand(string text, Instant now, string n, List<byte> bytes)
    {
        for (var at = 0; at < text.Length;)
        {
            var open = text.IndexOf('«', at);
            bytes.AddRange(Encoding.UTF8.GetBytes(text[at..(open < 0 ? text.Length : open)]));
            if (open < 0) return;
            var close = text.IndexOf('»', open);
            if (close < 0) throw new InvalidDataException("a « has no »");
            var words = text[(open + 1)..close];
            at = close + 1;
            if (words == "n") bytes.AddRange(Encoding.UTF8.GetBytes(n.Length > 0 ? n : throw new InvalidDataException("«n» stands outside of a repetition")));
            else if (words.StartsWith("hex ", StringComparison.Ordinal)) bytes.AddRange(Convert.FromHexString(words[4..].Replace(" ", "", StringComparison.Ordinal)));
            else if (words.StartsWith("now+", StringComparison.Ordinal) && words.EndsWith('h'))
                bytes.AddRange(Encoding.UTF8.GetBytes(InstantPattern.General.Format(now + Duration.FromHours(int.Parse(words[4..^1], CultureInfo.InvariantCulture)))));
            else if (words.StartsWith("repeat ", StringComparison.Ordinal))
            {
                var blank = words.IndexOf(' ', 7);
                var (count, separator) = (int.Parse(words[7..blank], CultureInfo.InvariantCulture), words[(blank + 1)..]);
                var end = text.IndexOf(End, at, StringComparison.Ordinal);
                if (end < 0) throw new InvalidDataException("a repetition has no end");
                var body = text[at..end];
                var fixedBytes = body.Contains('«', StringComparison.Ordinal) ? null : Encoding.UTF8.GetBytes(body);
                for (var i = 0; i < count; i++)
                {
                    if (i > 0) bytes.AddRange(Encoding.UTF8.GetBytes(separator));
                    if (fixedBytes is not null) bytes.AddRange(fixedBytes);
                    else Expand(body, now, i.ToString(CultureInfo.InvariantCulture), bytes);
                }

                at = end + End.Length;
            }
            else throw new InvalidDataException($"«{words}» is not known");
        }
    }
}
