using System.Text.Json;
using Rating.Engine.Views;

namespace Rating.Server.Documents;

/// <summary>An invoice as it is stored (docs/formats.md, "Closing and invoices").</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Number">Its number.</param>
/// <param name="Account">The account that is billed.</param>
/// <param name="Cycle">Its cycle.</param>
/// <param name="Date">The day that it bears.</param>
/// <param name="Currency">The currency of all its lines.</param>
/// <param name="Sections">A section per snapshot.</param>
/// <param name="Total">The sum of its rounded lines, decimal text.</param>
internal sealed record InvoiceDocument(string Tenant, string Number, string Account, string Cycle, string Date, string Currency, IReadOnlyList<InvoiceSectionDocument> Sections, string Total)
{
    /// <summary>The lines of the account; null when there are none.</summary>
    public IReadOnlyList<LineDocument>? AccountLines { get; init; }

    /// <summary>The total without taxes; null where no taxes are worked out.</summary>
    public string? Net { get; init; }

    /// <summary>A line per tax.</summary>
    public IReadOnlyList<TaxDocument>? Taxes { get; init; }

    /// <summary>All taxes.</summary>
    public string? Tax { get; init; }

    /// <summary>What was taken of credits; null when there are none.</summary>
    public IReadOnlyList<CreditDocument>? Credits { get; init; }

    /// <summary>What is still to be paid, where credits paid a part.</summary>
    public string? Due { get; init; }

    /// <summary>It in short.</summary>
    internal InvoiceSummary Summary => new(Number, Account, Cycle, Date, Total, Currency);

    /// <summary>Reads a stored invoice.</summary>
    public static InvoiceDocument Read(string json) => JsonSerializer.Deserialize<InvoiceDocument>(json, JsonSerializerOptions.Web)!;
}
