namespace Rating.Engine.HandOff;

/// <summary>A way out: where messages go that others read, such as topics.</summary>
public interface IOutlet
{
    /// <summary>Hands messages over, in their order.</summary>
    /// <returns>When all of them are durable there.</returns>
    /// <exception cref="Unavailable">Some are not; they are handed over again later, with the same ids.</exception>
    Task SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation);
}
