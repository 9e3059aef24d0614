using Rating.Domain.Usage;

namespace Rating.Tests.Docs;

/// <summary>A row of docs/verdicts.md with its sample.</summary>
/// <param name="Id">The case id.</param>
/// <param name="Where">How it comes.</param>
/// <param name="Status">The HTTP status; null for files.</param>
/// <param name="Verdicts">One per event or row; empty when nothing is taken.</param>
/// <param name="Sample">The sample as it stands there; null when the table says what to do.</param>
/// <param name="Language">The language of the sample's block.</param>
/// <param name="After">What has to be done first; empty for nothing.</param>
internal sealed record VerdictCase(string Id, string Where, int? Status, IReadOnlyList<(Verdict Verdict, VerdictReason Reason)> Verdicts, string? Sample, string Language, string After)
{
    public static IReadOnlyDictionary<string, VerdictCase> ReadAll()
    {
        var page = DocumentPage.Read("verdicts.md");
        var samples = new Dictionary<string, (string Language, string After, string Text)>(StringComparer.Ordinal);
        foreach (var (info, content) in page.Blocks())
        {
            var words = info.Split(' ');
            var after = words.Length == 3 && words[2].StartsWith("after=", StringComparison.Ordinal) ? words[2][6..] : "";
            if (words.Length < 2 || (words.Length == 3 && after.Length == 0) || words.Length > 3) throw new InvalidDataException($"the block '{info}' is not LANGUAGE CASE [after=...]");
            samples.Add(words[1], (words[0], after, content));
        }

        var cases = new Dictionary<string, VerdictCase>(StringComparer.Ordinal);
        foreach (var (header, rows) in page.Tables().Where(table => table.Header[0] == "case id"))
        {
            if (string.Join('|', header) != "case id|what comes|where|HTTP status|verdict|reason") throw new InvalidDataException($"unknown table: {string.Join('|', header)}");
            foreach (var row in rows)
            {
                var has = samples.Remove(row[0], out var sample);
                cases.Add(row[0], new VerdictCase(
                    row[0], row[2], row[3] == "-" ? null : int.Parse(row[3], System.Globalization.CultureInfo.InvariantCulture), Lists(row[4], row[5]), has ? sample.Text : null, has ? sample.Language : "", has ? sample.After : ""));
            }
        }

        return samples.Count == 0 ? cases : throw new InvalidDataException($"samples without a row: {string.Join(", ", samples.Keys)}");
    }

    private static List<(Verdict, VerdictReason)> Lists(string verdicts, string reasons)
    {
        if (verdicts == "-") return [];
        var (words, whys) = (verdicts.Split(", "), reasons.Split(", "));
        if (words.Length != whys.Length) throw new InvalidDataException($"'{verdicts}' and '{reasons}' are not of one length");
        return [.. words.Zip(whys, (word, why) => (Enum.Parse<Verdict>(word), why == "-" ? VerdictReason.None : Enum.Parse<VerdictReason>(why)))];
    }
}
