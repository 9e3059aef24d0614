using System.Collections.Frozen;

namespace Rating.Domain;

/// <summary>A currency with the number of decimals of its minor unit.</summary>
/// <remarks>Source of codes and decimals: ISO 4217, list one. Instances are unique per code, so reference equality is equality.</remarks>
public sealed class Currency
{
    private static readonly FrozenDictionary<string, Currency> All = Build();

    private Currency(string code, int decimals) => (Code, Decimals) = (code, decimals);

    /// <summary>The three-letter code.</summary>
    public string Code { get; }

    /// <summary>Decimals of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.</summary>
    public int Decimals { get; }

    /// <summary>Finds a currency by its code.</summary>
    /// <exception cref="Refused"><c>currency.unknown</c></exception>
    public static Currency Of(string code) => All.TryGetValue(code, out var currency)
        ? currency
        : throw new Refused("currency.unknown", $"'{code}' is not an ISO 4217 currency code; write one such as EUR or USD.");

    /// <inheritdoc/>
    public override string ToString() => Code;

    private static FrozenDictionary<string, Currency> Build()
    {
        const string none = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
        const string three = "BHD IQD JOD KWD LYD OMR TND";
        const string two = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW";
        var all = new Dictionary<string, Currency>(StringComparer.Ordinal);
        foreach (var (codes, decimals) in new[] { (none, 0), (two, 2), (three, 3) })
            foreach (var code in codes.Split(' ')) all[code] = new Currency(code, decimals);
        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
