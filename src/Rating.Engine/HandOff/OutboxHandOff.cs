using System.Globalization;
using System.Text;
using System.Text.Json;
using Rating.Engine.Store;

namespace Rating.Engine.HandOff;

/// <summary>Hands the outbox over: what became final, in the order of its ids.</summary>
internal sealed class OutboxHandOff(IRatingStore store, IOutlet outlet) : IHandOff
{
    private const string AlertPrefix = "alert.";
    private const int MessagesMax = 500;
    private const long BytesMax = 8 << 20;

    public string Stream => "outbox";

    public async Task<long> ReachAsync(long from, CancellationToken cancellation)
    {
        await foreach (var message in store.ReadOutboxAsync(from, cancellation)) return message.Id;
        return from;
    }

    public async Task<long> SendAsync(long from, CancellationToken cancellation)
    {
        var messages = new List<OutgoingMessage>();
        var bytes = 0L;
        var to = from;
        await foreach (var message in store.ReadOutboxAsync(from, cancellation))
        {
            var payload = Encoding.UTF8.GetBytes(message.Document);
            messages.Add(Of(message, payload));
            (to, bytes) = (message.Id, bytes + payload.Length);
            if (messages.Count >= MessagesMax || bytes >= BytesMax) break;
        }

        if (messages.Count > 0) await outlet.SendAsync(messages, cancellation);
        return to;
    }

    private static OutgoingMessage Of(OutboxMessage message, byte[] payload)
    {
        var id = message.Id.ToString(CultureInfo.InvariantCulture);
        var stream = message.Topic.StartsWith(AlertPrefix, StringComparison.Ordinal) ? OutgoingStream.Alerts : OutgoingStream.Invoices;
        return new OutgoingMessage(
            stream, id, KeyOf(payload), "application/json", [("ce_specversion", "1.0"), ("ce_id", id), ("ce_source", "rating/outbox"), ("ce_type", message.Topic)], payload);
    }

    // What concerns one account keeps its order, however many partitions a topic has.
    private static string KeyOf(byte[] payload)
    {
        using var document = JsonDocument.Parse(payload);
        var root = document.RootElement;
        return root.ValueKind != JsonValueKind.Object ? "" : $"{Text(root, "tenant")}/{Text(root, "account")}";
    }

    private static string Text(JsonElement root, string name) => root.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString()! : "";
}
