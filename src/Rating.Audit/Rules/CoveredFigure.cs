namespace Rating.Audit.Rules;

/// <summary>The figure of a charge, or of one of its groups, with what free units cover of it.</summary>
internal sealed class CoveredFigure(Revision revision, Charge charge, string detail, List<Measured> usage, Fraction figure)
{
    public Revision Revision { get; } = revision;
    public Charge Charge { get; } = charge;
    public string Detail { get; } = detail;
    public List<Measured> Usage { get; } = usage;
    public Fraction Figure { get; } = figure;
    public Fraction Covered { get; set; }
}
