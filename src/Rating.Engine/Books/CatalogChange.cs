namespace Rating.Engine.Books;

/// <summary>What a new catalog changes on one thing of the old one, and for whom.</summary>
/// <param name="Part">plan, meter, deck, calendar or catalog.</param>
/// <param name="Key">Its key; empty for the catalog itself.</param>
/// <param name="What">added, removed or changed.</param>
/// <param name="Details">Each change, for people: <c>charge seat: price 12.50 -> 13.00</c>.</param>
/// <param name="Moving">Of a plan: the subscriptions that have it and get the new terms.</param>
/// <param name="Keeping">Of a plan: the subscriptions that have it and keep the old terms.</param>
public sealed record CatalogChange(string Part, string Key, string What, IReadOnlyList<string> Details, IReadOnlyList<string> Moving, IReadOnlyList<string> Keeping);
