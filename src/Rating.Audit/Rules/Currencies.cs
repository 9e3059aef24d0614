namespace Rating.Audit.Rules;

/// <summary>Minor units of ISO 4217.</summary>
internal static class Currencies
{
    private static readonly HashSet<string> WithoutDecimals = ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"];
    private static readonly HashSet<string> WithThree = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
    private static readonly HashSet<string> WithFour = ["CLF", "UYW"];

    public static int Decimals(string code) => WithoutDecimals.Contains(code) ? 0 : WithThree.Contains(code) ? 3 : WithFour.Contains(code) ? 4 : 2;
}
