using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>A run of days [From, To) with the same plan revision and quantities. Lines are rounded as the catalog in force on the period's first day says.</summary>
internal sealed record Span(LocalDate From, LocalDate To, Plan Plan, Terms Terms, Catalog LineCatalog)
{
    public int Days => Period.DaysBetween(From, To);
}
