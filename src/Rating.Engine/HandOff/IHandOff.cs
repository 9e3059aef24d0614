namespace Rating.Engine.HandOff;

/// <summary>A stream that is handed over: what comes after a position, and how.</summary>
internal interface IHandOff
{
    /// <summary>The name under which the store remembers how far it is.</summary>
    string Stream { get; }

    /// <summary>Hands over what comes after a position, or the first part of it.</summary>
    /// <returns>The position up to which everything is durable at the outside; <paramref name="from"/> when there was nothing.</returns>
    Task<long> SendAsync(long from, CancellationToken cancellation);
}
