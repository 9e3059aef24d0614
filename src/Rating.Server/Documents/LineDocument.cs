namespace Rating.Server.Documents;

/// <summary>A priced line.</summary>
/// <param name="Kind">advance, arrears, oneOff, usage, calls, lateUsage, advanceAdjustment, minimum, maximum, discount; of the account also pool and credit.</param>
/// <param name="Charge">The charge's key in its plan.</param>
/// <param name="Name">The charge's name.</param>
/// <param name="Detail">What sets it apart from other lines of its charge, such as a destination.</param>
/// <param name="From">The first day that it is for.</param>
/// <param name="To">The day after the last.</param>
/// <param name="Quantity">How much, decimal text.</param>
/// <param name="Unit">The unit of the quantity.</param>
/// <param name="Amount">The amount, decimal text, rounded to the minor unit.</param>
/// <param name="Explanation">How the amount came about.</param>
/// <param name="TaxCode">What taxes know it as, where that is not <c>standard</c>.</param>
/// <param name="Subscription">Of a line of the account: the subscription that it concerns; empty for none.</param>
/// <param name="Cost">What it costs the seller, where the charge says so; decimal text, rounded to the minor unit.</param>
/// <param name="Margin">Amount minus cost.</param>
/// <param name="Uncosted">How many of its calls have a cost that is not known.</param>
internal sealed record LineDocument(
    string Kind, string Charge, string Name, string Detail, string From, string To, string Quantity, string Unit, string Amount, string Explanation, string? TaxCode = null, string? Subscription = null,
    string? Cost = null, string? Margin = null, long? Uncosted = null);
