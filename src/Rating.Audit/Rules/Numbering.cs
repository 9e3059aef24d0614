using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>Makes E.164 or a local number of what a phone system writes.</summary>
internal sealed class Numbering
{
    private static readonly string[] LocalKinds = ["emergency", "internal", "short"];
    private readonly string _country;
    private readonly string[] _international;
    private readonly string _national;
    private readonly bool _otherwiseNational;
    private readonly List<(string Pattern, int Strip, string Prepend, bool Final)> _dialPlan;
    private readonly (string Kind, string[] Patterns)[] _local;

    public Numbering(JsonElement json)
    {
        _country = json.Text("country", "");
        _international = json.Member("international")?.Texts() ?? [];
        _national = json.Text("national", "");
        _otherwiseNational = json.Text("otherwise", "e164") == "national";
        _dialPlan = [.. json.List("dialPlan").Select(d => (d.Text("pattern"), d.Integer("strip", 0), d.Text("prepend", ""), d.Flag("final")))];
        _local = [.. LocalKinds.Select(kind => (kind, json.Member(kind)?.Texts() ?? []))];
    }

    /// <summary>A number as its digits, and the kind of a local one (else empty).</summary>
    public static (string Digits, string Kind) Read(string text, Numbering? numbering)
    {
        foreach (var scheme in new[] { "tel:", "sips:", "sip:" })
        {
            if (!text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) continue;
            text = text[scheme.Length..];
            break;
        }
        var digits = RateDeck.Digits(text, out var hasPlus);
        return numbering is null || hasPlus || digits.Length == 0 ? (digits, "") : numbering.Normalise(digits);
    }

    private (string, string) Normalise(string digits)
    {
        foreach (var (pattern, strip, prepend, final) in _dialPlan)
        {
            if (!Fits(pattern, digits)) continue;
            digits = prepend + digits[Math.Min(strip, digits.Length)..];
            if (final) return (digits, "");
            break;
        }
        if (digits.Length == 0) return ("", "");
        foreach (var (kind, patterns) in _local)
            if (patterns.Any(p => Fits(p, digits))) return (digits, kind);
        if (_international.Where(p => digits.StartsWith(p, StringComparison.Ordinal)).MaxBy(p => p.Length) is { } international) return (digits[international.Length..], "");
        if (_national.Length > 0 && digits.StartsWith(_national, StringComparison.Ordinal)) return (_country + digits[_national.Length..], "");
        return (_otherwiseNational ? _country + digits : digits, "");
    }

    /// <summary>Digits stand for themselves, X any digit, N 2 to 9, Z 1 to 9, a final point one or more digits more.</summary>
    private static bool Fits(string pattern, string digits)
    {
        var open = pattern.EndsWith('.');
        var body = open ? pattern[..^1] : pattern;
        if (open ? digits.Length <= body.Length : digits.Length != body.Length) return false;
        return body.Zip(digits).All(p => p.First switch
        {
            'X' => true,
            'N' => p.Second >= '2',
            'Z' => p.Second >= '1',
            var digit => digit == p.Second,
        });
    }
}
