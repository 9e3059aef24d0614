using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>Free units that were granted, and what is left of them.</summary>
internal sealed class Grant(string allowance, string meter, LocalDate until, Fraction left)
{
    public string Allowance { get; } = allowance;
    public string Meter { get; } = meter;

    /// <summary>The end of the billing period with which it ends.</summary>
    public LocalDate Until { get; } = until;
    public Fraction Left { get; private set; } = left;

    public Fraction Take(Fraction wanted)
    {
        var taken = Fraction.Max(Fraction.Zero, Fraction.Min(Left, wanted));
        Left -= taken;
        return taken;
    }

    public Grant Copy() => new(Allowance, Meter, Until, Left);
}
