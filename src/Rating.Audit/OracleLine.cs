using NodaTime;

namespace Rating.Audit;

/// <summary>One line as the oracle prices it.</summary>
/// <param name="Kind">advance, arrears, oneOff, usage, calls, lateUsage or advanceAdjustment.</param>
/// <param name="Charge">Key of the charge.</param>
/// <param name="Detail">The destination of a line of calls, else empty.</param>
/// <param name="From">First day.</param>
/// <param name="To">The day after the last.</param>
/// <param name="Quantity">Units; billed seconds for calls.</param>
/// <param name="Amount">Rounded to the minor unit.</param>
public sealed record OracleLine(string Kind, string Charge, string Detail, LocalDate From, LocalDate To, Fraction Quantity, Fraction Amount)
{
    internal string Evidence => $"{Kind} {Charge} '{Detail}' {From:uuuu-MM-dd}..{To:uuuu-MM-dd} quantity {Quantity} amount {Amount}";
}
