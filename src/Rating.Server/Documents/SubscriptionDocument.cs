using NodaTime.Text;
using Rating.Domain.Billing;
using Rating.Engine.Books;

namespace Rating.Server.Documents;

/// <summary>What is sold to an account, as a whole (docs/formats.md, "Terms").</summary>
/// <param name="Id">Its id.</param>
/// <param name="Account">Who is billed.</param>
/// <param name="TimeZone">Where its days begin and end, a name of the tz database.</param>
/// <param name="AnchorDay">The day on which its periods start.</param>
/// <param name="AnchorMonth">The month in which a quarter or year starts.</param>
/// <param name="Start">Its first day.</param>
/// <param name="End">The day after its last; null while it has no end.</param>
/// <param name="Changes">Its terms with the days from which they hold.</param>
internal sealed record SubscriptionDocument(string Id, string Account, string TimeZone, int AnchorDay, int AnchorMonth, string Start, string? End, IReadOnlyList<TermsDocument> Changes)
{
    /// <summary>What is agreed beside its terms, as it was written (docs/formats.md, "Around the charges").</summary>
    [System.Text.Json.Serialization.JsonExtensionData]
    public Dictionary<string, System.Text.Json.JsonElement>? Agreed { get; init; }

    /// <summary>The document of a subscription.</summary>
    public static SubscriptionDocument Of(SubscriptionEntry entry)
    {
        var subscription = entry.Subscription;
        var schedule = subscription.Schedule;
        return new SubscriptionDocument(
            subscription.Id.Value, subscription.Account.Value, schedule.Zone.Id, schedule.AnchorDay, schedule.AnchorMonth, LocalDatePattern.Iso.Format(subscription.Start),
            subscription.End is { } end ? LocalDatePattern.Iso.Format(end) : null, [.. subscription.Changes.Select(TermsDocument.Of)]) { Agreed = AccountDocument.Members(subscription.Agreed) };
    }
}
