namespace Rating.Server.Documents;

/// <summary>Accounts, subscriptions and assignments that are recorded together.</summary>
/// <param name="Accounts">The accounts.</param>
/// <param name="Subscriptions">The subscriptions, each as a whole.</param>
/// <param name="Subjects">Further assignments.</param>
internal sealed record PartiesDocument(IReadOnlyList<AccountDocument> Accounts, IReadOnlyList<SubscriptionDocument> Subscriptions, IReadOnlyList<AssignmentDocument> Subjects);
