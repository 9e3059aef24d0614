using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Domain;

namespace Rating.Engine.Taxes;

/// <summary>Adds up the tax lines of invoices, by jurisdiction: what is declared is what was invoiced.</summary>
/// <param name="from">The first invoice day.</param>
/// <param name="to">The day after the last.</param>
internal sealed class TaxReport(LocalDate from, LocalDate to)
{
    private readonly SortedDictionary<(string Jurisdiction, string Type, string Rule, string Percent, string Note, string Currency), (Money Base, Money Amount, long Invoices)> _sums = [];

    /// <summary>The sums, by jurisdiction.</summary>
    public IReadOnlyList<TaxReportRow> Rows => [.. _sums.Select(sum => new TaxReportRow(
        sum.Key.Jurisdiction, sum.Key.Type, sum.Key.Rule, sum.Key.Percent, sum.Key.Note, sum.Key.Currency, sum.Value.Base.ToText(), sum.Value.Amount.ToText(), sum.Value.Invoices))];

    /// <summary>Takes an invoice's document.</summary>
    public void Add(string invoice)
    {
        using var document = JsonDocument.Parse(invoice);
        var root = document.RootElement;
        if (!root.TryGetProperty("taxes", out var taxes)) return;
        var date = LocalDatePattern.Iso.Parse(root.GetProperty("date").GetString()!).Value;
        if (date < from || date >= to) return;
        var currency = Currency.Of(root.GetProperty("currency").GetString()!);
        foreach (var tax in taxes.EnumerateArray())
        {
            string Text(string name) => tax.GetProperty(name).GetString()!;
            var key = (Text("jurisdiction"), Text("type"), Text("rule"), Text("percent"), Text("note"), currency.Code);
            var (sumBase, amount, invoices) = _sums.TryGetValue(key, out var sum) ? sum : (Money.Zero(currency), Money.Zero(currency), 0);
            _sums[key] = (sumBase + Money.Parse(Text("base"), currency), amount + Money.Parse(Text("amount"), currency), invoices + 1);
        }
    }
}
