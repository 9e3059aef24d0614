using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>What the seller pays: a price per unit of the line, a deck that prices each call, or an amount in the event.</summary>
internal sealed record Cost(Fraction? Price, RateDeck? Deck, Expression? Amount)
{
    public static Cost? Read(JsonElement? json, IReadOnlyDictionary<string, RateDeck> decks) => json is not { } cost ? null
        : new Cost(cost.NumberOrNone("price"), cost.Member("deck") is { } deck ? decks[deck.AsText()] : null, cost.Member("amount") is { } amount ? Expression.Parse(amount.AsText()) : null);
}
