namespace Rating.Server.Documents;

/// <summary>The part of an invoice that one subscription's snapshot gave.</summary>
/// <param name="Subscription">The subscription.</param>
/// <param name="Kind">period, activation or supplementary.</param>
/// <param name="Period">The period.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record InvoiceSectionDocument(string Subscription, string Kind, PeriodDocument? Period, IReadOnlyList<LineDocument> Lines);
