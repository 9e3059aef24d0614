namespace Rating.Server.Documents;

/// <summary>A subscription that could not be priced.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Why">Why.</param>
internal sealed record ParkedDocument(string Subscription, string Why);
