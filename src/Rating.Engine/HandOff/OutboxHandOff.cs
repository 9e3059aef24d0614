using System.Globalization;
using System.Text;
using System.Text.Json;
using Rating.Engine.BillRuns;
using Rating.Engine.Store;

namespace Rating.Engine.HandOff;

/// <summary>Hands the outbox over: what became final, in the order of its ids.</summary>
internal sealed class OutboxHandOff(IRatingStore store, IOutlet outlet) : IHandOff
{
    private const string AlertPrefix = "alert.";
    private const int MessagesMax = 500;
    private const long BytesMax = 8 << 20;

    /// <summary>A larger document leaves as its head alone: brokers refuse messages of a megabyte, and one refused for ever would keep back all behind it.</summary>
    private const int PayloadBytesMax = 900_000;

    private static readonly string[] Head = ["tenant", "number", "account", "cycle", "date", "currency", "total"];

    public string Stream => "outbox";

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
        List<(string, string)> headers = [("ce_specversion", "1.0"), ("ce_id", id), ("ce_source", "rating/outbox"), ("ce_type", message.Topic)];
        using var document = JsonDocument.Parse(payload);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) return new OutgoingMessage(stream, id, "", "application/json", headers, payload);
        if (payload.Length > PayloadBytesMax || InvoiceSections.AreLeftOut(message.Document))
        {
            headers.Add(("rating-payload", "head"));
            payload = JsonSerializer.SerializeToUtf8Bytes(Head.Where(name => Text(root, name).Length > 0).ToDictionary(name => name, name => Text(root, name)));
        }

        // What concerns one account keeps its order, however many partitions a topic has.
        return new OutgoingMessage(stream, id, $"{Text(root, "tenant")}/{Text(root, "account")}", "application/json", headers, payload);
    }

    private static string Text(JsonElement root, string name) => root.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString()! : "";
}
