using System.Text.Json;
using NodaTime.Text;
using Rating.Domain.Pricing;

namespace Rating.Server.Documents;

/// <summary>A priced line.</summary>
/// <param name="Kind">advance, arrears, oneOff, usage, calls, lateUsage or advanceAdjustment.</param>
/// <param name="Charge">The charge's key in its plan.</param>
/// <param name="Name">The charge's name.</param>
/// <param name="Detail">What sets it apart from other lines of its charge, such as a destination.</param>
/// <param name="From">The first day that it is for.</param>
/// <param name="To">The day after the last.</param>
/// <param name="Quantity">How much, decimal text.</param>
/// <param name="Unit">The unit of the quantity.</param>
/// <param name="Amount">The amount, decimal text, rounded to the minor unit.</param>
/// <param name="Explanation">How the amount came about.</param>
internal sealed record LineDocument(string Kind, string Charge, string Name, string Detail, string From, string To, string Quantity, string Unit, string Amount, string Explanation)
{
    /// <summary>The document of a line.</summary>
    public static LineDocument Of(PricedLine line) => new(
        JsonNamingPolicy.CamelCase.ConvertName(line.Kind.ToString()), line.Charge, line.Name, line.Detail, LocalDatePattern.Iso.Format(line.From), LocalDatePattern.Iso.Format(line.To),
        line.Quantity.ToString(), line.Unit, line.Amount.ToText(), line.Explanation);
}
