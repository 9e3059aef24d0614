namespace Rating.Audit;

/// <summary>Money of one currency: all that was rated, and where it is. Usage of open periods stands on both sides.</summary>
public sealed record AuditMoney(string Currency, Fraction Rated, Fraction Invoiced, Fraction NotYetInvoiced)
{
    /// <summary>Rated minus invoiced minus not yet invoiced: zero when nothing is lost.</summary>
    public Fraction Difference => Rated - Invoiced - NotYetInvoiced;
}
