using Orleans;
using Rating.Engine;

namespace Rating.Orleans.Contracts;

/// <summary>How <see cref="Unavailable"/> travels between silos: as what it says, without what caused it there.</summary>
[GenerateSerializer]
[Alias("rating.UnavailableMessage")]
public struct UnavailableMessage
{
    /// <summary>The message.</summary>
    [Id(0)]
    public string Message;

    /// <summary>Whether it is of no use to ask again at once. An older silo never says so: it is asked again.</summary>
    [Id(1)]
    public bool IsLasting;
}
