using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>A run of days [From, To) with the same plan revision and quantities.</summary>
internal sealed record Span(LocalDate From, LocalDate To, Plan Plan, Terms Terms)
{
    public int Days => Period.DaysBetween(From, To);
}
