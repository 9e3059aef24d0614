namespace Rating.Server.Documents;

/// <summary>A number or device belongs to a subscription for a while.</summary>
/// <param name="Subject">The number or device.</param>
/// <param name="Subscription">The subscription; null for nobody.</param>
/// <param name="From">The first moment.</param>
/// <param name="To">The moment from which it no longer does; null for no end.</param>
internal sealed record AssignmentDocument(string Subject, string? Subscription, string From, string? To = null);
