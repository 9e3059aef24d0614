using Orleans;
using Rating.Domain;

namespace Rating.Orleans.Contracts;

/// <summary>How <see cref="Refused"/> travels between silos: with its code, which a plain exception would lose.</summary>
[GenerateSerializer]
[Alias("rating.RefusedMessage")]
public struct RefusedMessage
{
    /// <summary>The code.</summary>
    [Id(0)]
    public string Code;

    /// <summary>The message.</summary>
    [Id(1)]
    public string Message;

    /// <summary>The place.</summary>
    [Id(2)]
    public string Where;
}
