using NodaTime;

namespace Rating.Audit;

/// <summary>One line as the oracle prices it.</summary>
/// <param name="Kind">advance, arrears, oneOff, usage, calls, minimum, maximum, lateUsage, advanceAdjustment or discount.</param>
/// <param name="Charge">Key of the charge.</param>
/// <param name="Detail">The destination of a line of calls, a group, a part of a bundle, a discount; else empty.</param>
/// <param name="From">First day.</param>
/// <param name="To">The day after the last.</param>
/// <param name="Quantity">Units; billed seconds for calls.</param>
/// <param name="Amount">Rounded to the minor unit.</param>
public sealed record OracleLine(string Kind, string Charge, string Detail, LocalDate From, LocalDate To, Fraction Quantity, Fraction Amount)
{
    /// <summary>What the seller pays, where the charge says so.</summary>
    public Fraction? Cost { get; init; }

    /// <summary>Calls that the buy deck has no rate for.</summary>
    public long Uncosted { get; init; }

    public string TaxCode { get; init; } = "standard";

    internal string Evidence =>
        $"{Kind} {Charge} '{Detail}' {From:uuuu-MM-dd}..{To:uuuu-MM-dd} quantity {Quantity} amount {Amount}{(Cost is { } cost ? $" cost {cost}" : "")}{(Uncosted != 0 ? $" uncosted {Uncosted}" : "")}{(TaxCode == "standard" ? "" : $" tax code {TaxCode}")}";
}
