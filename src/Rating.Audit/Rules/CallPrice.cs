namespace Rating.Audit.Rules;

/// <summary>What a deck says to a call: its price; or that the number is local and no business of this charge; or, with neither, that there is no rate.</summary>
internal sealed record CallPrice(RatedCall? Call, string? LocalKind)
{
    public static readonly CallPrice NoRate = new(null, null);
}
