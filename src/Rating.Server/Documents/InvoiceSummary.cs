using NodaTime.Text;
using Rating.Domain.Invoicing;

namespace Rating.Server.Documents;

/// <summary>An invoice in short.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Account">The account.</param>
/// <param name="Cycle">Its cycle.</param>
/// <param name="Date">The day that it bears.</param>
/// <param name="Total">The sum of its lines, decimal text.</param>
/// <param name="Currency">The currency.</param>
internal sealed record InvoiceSummary(string Number, string Account, string Cycle, string Date, string Total, string Currency)
{
    /// <summary>The short form of an invoice.</summary>
    public static InvoiceSummary Of(Invoice invoice) =>
        new(invoice.Number, invoice.Account.Value, invoice.Cycle, LocalDatePattern.Iso.Format(invoice.Date), invoice.Total.ToText(), invoice.Currency.Code);

    /// <summary>The short form of a stored invoice.</summary>
    public static InvoiceSummary Of(InvoiceDocument invoice) => new(invoice.Number, invoice.Account, invoice.Cycle, invoice.Date, invoice.Total, invoice.Currency);
}
