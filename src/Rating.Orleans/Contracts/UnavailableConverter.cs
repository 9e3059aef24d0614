using Orleans;
using Rating.Engine;

namespace Rating.Orleans.Contracts;

/// <summary>Turns <see cref="Unavailable"/> into its message and back.</summary>
[RegisterConverter]
public sealed class UnavailableConverter : IConverter<Unavailable, UnavailableMessage>
{
    /// <inheritdoc/>
    public Unavailable ConvertFromSurrogate(in UnavailableMessage surrogate) => new(surrogate.Message) { IsLasting = surrogate.IsLasting };

    /// <inheritdoc/>
    public UnavailableMessage ConvertToSurrogate(in Unavailable value) => new() { Message = value.Message, IsLasting = value.IsLasting };
}
