using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>Free units that were granted, and what is left of them.</summary>
/// <param name="allowance">The allowance's key.</param>
/// <param name="meter">The meter whose units are free.</param>
/// <param name="lastPeriod">The last billing period in which it may be used.</param>
/// <param name="ownEnd">The end of the period that it was granted for.</param>
/// <param name="left">Units.</param>
internal sealed class Grant(string allowance, string meter, int lastPeriod, LocalDate ownEnd, Fraction left)
{
    public string Allowance { get; } = allowance;
    public string Meter { get; } = meter;
    public int LastPeriod { get; } = lastPeriod;
    public LocalDate OwnEnd { get; } = ownEnd;
    public Fraction Left { get; private set; } = left;

    public Fraction Take(Fraction wanted)
    {
        var taken = Fraction.Max(Fraction.Zero, Fraction.Min(Left, wanted));
        Left -= taken;
        return taken;
    }

    public Grant Copy() => new(Allowance, Meter, LastPeriod, OwnEnd, Left);
}
