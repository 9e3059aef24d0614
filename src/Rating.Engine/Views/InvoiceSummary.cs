using NodaTime.Text;
using Rating.Domain.Invoicing;

namespace Rating.Engine.Views;

/// <summary>An invoice in short.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Account">The account.</param>
/// <param name="Cycle">Its cycle.</param>
/// <param name="Date">The day that it bears.</param>
/// <param name="Total">The sum of its lines, decimal text.</param>
/// <param name="Currency">The currency.</param>
public sealed record InvoiceSummary(string Number, string Account, string Cycle, string Date, string Total, string Currency)
{
    /// <summary>The short form of an invoice.</summary>
    public static InvoiceSummary Of(Invoice invoice) =>
        new(invoice.Number, invoice.Account.Value, invoice.Cycle, LocalDatePattern.Iso.Format(invoice.Date), invoice.Total.ToText(), invoice.Currency.Code);
}
