using System.Globalization;
using System.Text.Json.Serialization;

namespace Rating.Server.Documents;

/// <summary>A period that is not sealed.</summary>
/// <param name="Period">The period.</param>
/// <param name="Lines">What it costs so far.</param>
/// <param name="Usage">What was used in it.</param>
internal sealed record OpenPeriodDocument(PeriodDocument Period, IReadOnlyList<LineDocument> Lines, UsageDocument Usage)
{
    /// <summary>The sum of its lines.</summary>
    [JsonIgnore]
    public decimal Charge => Lines.Sum(line => decimal.Parse(line.Amount, CultureInfo.InvariantCulture));
}
