using System.Text;
using Confluent.Kafka;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.HandOff;

namespace Rating.Kafka;

/// <summary>Publishes what leaves to topics of its own.</summary>
public sealed class KafkaOutlet : IOutlet, IDisposable
{
    private readonly IReadOnlyDictionary<OutgoingStream, string> _topics;
    private readonly RenewedProducer<byte[]> _producer;

    private KafkaOutlet(KafkaLogSettings brokers, IReadOnlyDictionary<OutgoingStream, string> topics) =>
        (_topics, _producer) = (topics, new RenewedProducer<byte[]>(onFatal => KafkaProducers.Make<byte[]>(brokers, "publisher", brokers.AppendTimeout, "none", onFatal)));

    /// <summary>Creates the topics that are missing, and opens it.</summary>
    /// <param name="brokers">How to reach the brokers; its topic is the usage log's.</param>
    /// <param name="settings">The topics.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Refused"><c>kafka.topic.*</c>: a topic cannot be used; the message says what to change.</exception>
    /// <exception cref="Unavailable">No broker answered.</exception>
    public static async Task<KafkaOutlet> OpenAsync(KafkaLogSettings brokers, KafkaOutletSettings settings, CancellationToken cancellation)
    {
        var topics = new Dictionary<OutgoingStream, string> { [OutgoingStream.Invoices] = settings.InvoicesTopic, [OutgoingStream.Alerts] = settings.AlertsTopic, [OutgoingStream.Rejected] = settings.RejectedTopic };
        foreach (var (stream, topic) in topics)
            if (topic == brokers.Topic) throw new Refused("kafka.topic.usage", $"The topic {topic} is the usage log; {stream.ToString().ToLowerInvariant()} must go to another.");
        foreach (var topic in topics.Values.Where(topic => topic.Length > 0).Distinct()) await KafkaTopic.EnsureAsync(brokers, topic, settings, cancellation);
        return new KafkaOutlet(brokers, topics);
    }

    /// <inheritdoc/>
    public async Task SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        var generation = _producer.Current();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, generation.Ended);
        try
        {
            // Handed to the client in order; an idempotent producer keeps it through its own repetitions.
            var sent = new List<Task>(messages.Count);
            foreach (var message in messages)
                if (_topics[message.Stream] is { Length: > 0 } topic) sent.Add(generation.Producer.ProduceAsync(topic, Of(message), either.Token));
            await Task.WhenAll(sent);
        }
        catch (KafkaException e)
        {
            if (e.Error.IsFatal) generation.Break();
            throw new Unavailable($"Kafka did not take what is to be published: {e.Error.Reason}", e);
        }
        catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new Unavailable("Kafka did not acknowledge what is to be published before its producer was closed; it may be published or not.", e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _producer.Dispose();

    private static Message<byte[], byte[]> Of(OutgoingMessage message)
    {
        var headers = new Headers { { KafkaHeaders.ContentType, Encoding.UTF8.GetBytes(message.ContentType) } };
        foreach (var (name, value) in message.Headers) headers.Add(name, Encoding.UTF8.GetBytes(value));
        return new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(message.Key), Value = message.Payload?.ToArray()!, Headers = headers };
    }
}
