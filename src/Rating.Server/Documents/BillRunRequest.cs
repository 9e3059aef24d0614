namespace Rating.Server.Documents;

/// <summary>Which invoices to make.</summary>
/// <param name="Account">Only this account's; null for all.</param>
/// <param name="Activations">Also those of subscriptions that have begun: one-off charges and the first advance.</param>
internal sealed record BillRunRequest(string? Account = null, bool Activations = false);
