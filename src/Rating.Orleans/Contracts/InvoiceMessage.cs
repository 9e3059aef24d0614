using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>An invoice that was made, in short; it is in the store.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Account">The account.</param>
/// <param name="Cycle">Its cycle.</param>
/// <param name="Date">The day that it bears.</param>
/// <param name="Total">The sum of its lines, decimal text.</param>
/// <param name="Currency">The currency.</param>
[GenerateSerializer]
[Immutable]
[Alias("rating.InvoiceMessage")]
public sealed record InvoiceMessage(
    [property: Id(0)] string Number, [property: Id(1)] string Account, [property: Id(2)] string Cycle, [property: Id(3)] string Date, [property: Id(4)] string Total, [property: Id(5)] string Currency);
