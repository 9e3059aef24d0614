using System.Text.Json;
using NodaTime;
using Rating.Domain;
using Rating.Engine.Documents;
using Rating.Engine.HandOff;
using Rating.Engine.Log;

namespace Rating.Engine.Closing;

/// <summary>Carries out the close orders of a topic, one after the other (docs/formats.md, "Close triggers"); what cannot be carried out goes to the rejected stream with its reason.</summary>
/// <remarks>The position is kept in the store, after the order was carried out: a crash in between carries it out again, which closes nothing twice.</remarks>
internal sealed class CloseTriggers(RatingEngine engine, IUsageLog topic, IOutlet outlet) : IHandOff
{
    public string Stream => "triggers";

    public async Task<long> SendAsync(long from, CancellationToken cancellation)
    {
        if (await topic.ReadAsync(0, from, 1, cancellation) is not [var trigger]) return from;
        if (trigger.Kind != LogRecordKind.Gap)
        {
            try
            {
                var parked = await CloseAsync(trigger, cancellation);
                if (parked.Length > 0) await RejectAsync(trigger, "close.parked", parked, cancellation);
            }
            catch (Refused wrong)
            {
                await RejectAsync(trigger, wrong.Code, wrong.Message, cancellation);
            }
        }

        return trigger.Position + 1;
    }

    private async Task<string> CloseAsync(LogRecord trigger, CancellationToken cancellation)
    {
        var (account, subscription, through) = Read(trigger.Payload);
        if (engine.Book.Read(book => book.Tenant(trigger.Tenant)) is null) throw new Refused("tenant.unknown", $"There is no tenant '{trigger.Tenant}'.");
        return string.Join("; ", CloseCalendar.Parked(await engine.CloseDocumentAsync(trigger.Tenant, account, subscription, through, cancellation)).Take(10).Select(one => $"{one.Subscription}: {one.Why}"));
    }

    private static (AccountId?, SubscriptionId?, LocalDate?) Read(ReadOnlyMemory<byte> payload)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(payload);
        }
        catch (JsonException wrong)
        {
            throw new Refused("document.json", $"The trigger is no JSON: {wrong.Message}");
        }

        using (document)
        {
            var root = new DocumentNode(document.RootElement, "").Object("account", "subscription", "through");
            if (root.Maybe("account") is { } account && root.Maybe("subscription") is not null) throw account.Refuse("trigger.scope", "name the account or the subscription, not both.");
            return (
                root.Maybe("account") is { } of ? new AccountId(of.Name()) : null, root.Maybe("subscription") is { } one ? new SubscriptionId(one.Name()) : null, root.Maybe("through")?.Date());
        }
    }

    private Task RejectAsync(LogRecord trigger, string reason, string detail, CancellationToken cancellation)
    {
        var id = $"trigger/{trigger.Position}";
        return outlet.SendAsync(
            [new OutgoingMessage(OutgoingStream.Rejected, id, id, "application/json", [("rating-id", id), ("rating-reason", reason), ("rating-detail", detail), ("rating-tenant", trigger.Tenant.Value)], trigger.Payload)], cancellation);
    }
}
