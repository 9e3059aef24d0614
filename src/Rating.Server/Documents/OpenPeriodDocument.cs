using Rating.Domain;
using Rating.Engine.Views;

namespace Rating.Server.Documents;

/// <summary>A period that is not sealed.</summary>
/// <param name="Period">The period.</param>
/// <param name="Charge">What it costs so far, decimal text.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Meters">What the meters counted.</param>
/// <param name="Calls">The calls.</param>
internal sealed record OpenPeriodDocument(PeriodDocument Period, string Charge, IReadOnlyList<LineDocument> Lines, IReadOnlyList<MeterFigureDocument> Meters, IReadOnlyList<CallFigureDocument> Calls)
{
    /// <summary>The document of a period.</summary>
    public static OpenPeriodDocument Of(OpenPeriod period, Currency currency) => new(
        PeriodDocument.Of(period.Period), period.Lines.Aggregate(Money.Zero(currency), (sum, line) => sum + line.Amount).ToText(),
        [.. period.Lines.Select(LineDocument.Of)], MeterFigureDocument.Of(period.Usage), CallFigureDocument.Of(period.Usage, currency));
}
