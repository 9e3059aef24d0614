using Confluent.Kafka;
using Rating.Engine;

namespace Rating.Kafka;

/// <summary>A producer that is made when it is first asked for, and anew after a fatal error: an idempotent one takes nothing more then, and a new one has a new identity.</summary>
/// <param name="make">Makes one; what it is given is to be called on a fatal error.</param>
internal sealed class RenewedProducer<TKey>(Func<Action, IProducer<TKey, byte[]>> make) : IDisposable
{
    private readonly Lock _gate = new();
    private Generation? _current;
    private bool _isClosed;

    /// <summary>The producer to use for what is to be sent now.</summary>
    /// <exception cref="Unavailable">It was closed.</exception>
    public Generation Current()
    {
        lock (_gate)
        {
            if (_isClosed) throw new Unavailable("Kafka's producer is closed.");
            if (_current is { IsBroken: true } old)
            {
                _current = null;
                _ = Task.Run(old.Dispose);
            }

            return _current ??= new Generation(make);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Not closed under the gate: that waits for callbacks.
        Generation? last;
        lock (_gate) (last, _current, _isClosed) = (_current, null, true);
        last?.Dispose();
    }

    /// <summary>One producer, and the word to those who wait for its reports when it is closed: closing it without one would leave them waiting for ever.</summary>
    internal sealed class Generation : IDisposable
    {
        private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(2);
        private readonly CancellationTokenSource _ended = new();
        private volatile bool _isBroken;

        public Generation(Func<Action, IProducer<TKey, byte[]>> make) => (Ended, Producer) = (_ended.Token, make(Break));

        public IProducer<TKey, byte[]> Producer { get; }

        /// <summary>Cancelled when no more reports come.</summary>
        public CancellationToken Ended { get; }

        public bool IsBroken => _isBroken;

        /// <summary>It takes nothing more; the next is made when it is asked for.</summary>
        public void Break() => _isBroken = true;

        public void Dispose()
        {
            try
            {
                Producer.Flush(FlushTime);
            }
            catch (KafkaException)
            {
                // Broken: what it still holds is not acknowledged.
            }

            _ended.Cancel();
            Producer.Dispose();
            _ended.Dispose();
        }
    }
}
