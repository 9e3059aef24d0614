using Orleans;
using Rating.Domain;

namespace Rating.Orleans.Contracts;

/// <summary>Turns <see cref="Refused"/> into its message and back.</summary>
[RegisterConverter]
public sealed class RefusedConverter : IConverter<Refused, RefusedMessage>
{
    /// <inheritdoc/>
    public Refused ConvertFromSurrogate(in RefusedMessage surrogate) => new(surrogate.Code, surrogate.Message) { Where = surrogate.Where };

    /// <inheritdoc/>
    public RefusedMessage ConvertToSurrogate(in Refused value) => new() { Code = value.Code, Message = value.Message, Where = value.Where };
}
