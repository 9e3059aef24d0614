namespace Rating.Server.Documents;

/// <summary>How far the usage of a receipt is.</summary>
/// <param name="Decided">Whether all of it has its verdict stored.</param>
internal sealed record ReceiptState(bool Decided);
