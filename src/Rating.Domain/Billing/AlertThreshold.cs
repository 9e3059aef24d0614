namespace Rating.Domain.Billing;

/// <summary>A value at which an alert is due.</summary>
/// <param name="Code">Its code in the alert.</param>
/// <param name="Value">The value; of a usage charge, currency units. Recurring: how much further each time.</param>
/// <param name="IsRecurring">Whether it is reached again and again beyond the others.</param>
public sealed record AlertThreshold(string Code, Quantity Value, bool IsRecurring);
