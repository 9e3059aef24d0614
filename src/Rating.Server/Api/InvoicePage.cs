using System.Globalization;
using System.Net;
using System.Text;
using NodaTime;
using NodaTime.Text;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Server.Api;

/// <summary>An invoice as one self-contained page for A4: no script, nothing loaded from elsewhere, every text escaped.</summary>
internal static class InvoicePage
{
    private const string Style = """
        @page { size: A4; margin: 18mm 16mm 20mm 16mm; }
        * { box-sizing: border-box; }
        body { margin: 0; background: #eceef1; color: #1c2430; font: 10pt/1.45 "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; }
        main { width: 210mm; min-height: 297mm; margin: 8mm auto; padding: 18mm 16mm; background: #fff; box-shadow: 0 1px 6px rgba(20, 30, 50, .18); }
        header { display: flex; justify-content: space-between; align-items: flex-start; padding-bottom: 6mm; border-bottom: .6mm solid #17406d; }
        .seller b { font-size: 14pt; color: #17406d; letter-spacing: -.01em; }
        .seller div, .to div { white-space: pre-line; color: #4a5564; }
        h1 { margin: 0; font-size: 20pt; font-weight: 600; text-align: right; }
        .top { display: flex; justify-content: space-between; margin: 8mm 0 9mm; }
        .to b { font-size: 11pt; }
        dl { display: grid; grid-template-columns: auto auto; gap: .8mm 6mm; margin: 0; }
        dt { color: #667182; } dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
        h2 { margin: 7mm 0 1mm; font-size: 11.5pt; color: #17406d; } h2 small { font-weight: 400; color: #667182; font-size: 9pt; margin-left: 2mm; }
        table { width: 100%; border-collapse: collapse; table-layout: fixed; } th:nth-child(2) { width: 26%; } th:nth-child(3) { width: 19%; } th:nth-child(4) { width: 16%; } thead { display: table-header-group; }
        th { text-align: left; font-size: 8pt; font-weight: 600; color: #667182; text-transform: uppercase; letter-spacing: .04em; padding: 1.5mm 3mm 1.5mm 0; border-bottom: .3mm solid #c9d0d9; }
        td { padding: 1.4mm 3mm 1.4mm 0; vertical-align: top; border-bottom: .2mm solid #e8ebef; } tr { break-inside: avoid; }
        td small { display: block; color: #667182; font-size: 8.2pt; overflow-wrap: anywhere; }
        .p { white-space: nowrap; } .n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; } td:last-child, th:last-child { padding-right: 0; }
        .sum td { border-bottom: 0; color: #4a5564; padding-top: 2mm; }
        .total { display: flex; justify-content: space-between; margin-top: 9mm; padding: 3.5mm 4mm; background: #f0f4f9; border-top: .6mm solid #17406d; font-size: 13pt; font-weight: 600; break-inside: avoid; }
        footer { margin-top: 10mm; color: #667182; font-size: 8.2pt; }
        @media print { body { background: #fff; } main { width: auto; min-height: 0; margin: 0; padding: 0; box-shadow: none; } }
        """;

    /// <summary>Writes the page.</summary>
    public static string Write(InvoiceDocument invoice, Seller seller, AccountDocument to)
    {
        var page = new StringBuilder(8 * 1024);
        page.Append(CultureInfo.InvariantCulture, $$"""
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Invoice {{Text(invoice.Number)}}</title><style>
            {{Style}}
            </style></head>
            <body><main>
            <header><div class="seller"><b>{{Text(seller.Name)}}</b><div>{{Text(string.Join('\n', seller.Address))}}</div></div><h1>Invoice</h1></header>
            <div class="top"><div class="to"><b>{{Text(to.Name ?? to.Id)}}</b><div>{{Text(to.Address ?? "")}}</div></div>
            <dl><dt>Number</dt><dd>{{Text(invoice.Number)}}</dd><dt>Date</dt><dd>{{Text(invoice.Date)}}</dd><dt>Account</dt><dd>{{Text(invoice.Account)}}</dd><dt>Billing cycle</dt><dd>{{Text(invoice.Cycle)}}</dd></dl></div>

            """);
        foreach (var section in invoice.Sections) Section(page, section, invoice.Currency);
        if (invoice.AccountLines is { } ofAccount) Section(page, new InvoiceSectionDocument(invoice.Account, "account", null, ofAccount), invoice.Currency);
        if (invoice.Taxes is { } taxes) Taxes(page, taxes, invoice);
        page.Append(CultureInfo.InvariantCulture, $"""
            <div class="total"><span>Total</span><span class="n">{Text(invoice.Total)} {Text(invoice.Currency)}</span></div>
            {Due(invoice)}<footer>All amounts are {(invoice.Taxes is null ? "net, " : "")}in {Text(invoice.Currency)}; each line is rounded once. Dates are days of the subscription's time zone, both ends included.</footer>
            </main></body></html>

            """);
        return page.ToString();
    }

    private static void Taxes(StringBuilder page, IReadOnlyList<TaxDocument> taxes, InvoiceDocument invoice)
    {
        page.Append(CultureInfo.InvariantCulture, $"""
            <section><h2>Taxes<small>net {Text(invoice.Net ?? "")}</small></h2>
            <table><thead><tr><th>Tax</th><th class="n">Where</th><th class="n">On</th><th class="n">Amount {Text(invoice.Currency)}</th></tr></thead><tbody>

            """);
        foreach (var tax in taxes)
            page.Append(CultureInfo.InvariantCulture, $"""
                <tr><td>{Text(tax.Name)}<small>{Text(tax.How)}</small></td><td class="p">{Text(tax.Jurisdiction)}</td><td class="n">{Text(tax.Base)}</td><td class="n">{Text(tax.Amount)}</td></tr>

                """);
        page.Append("</tbody></table></section>\n");
    }

    private static string Due(InvoiceDocument invoice)
    {
        if (invoice.Due is null || invoice.Credits is null) return "";
        var rows = invoice.Credits.Where(credit => credit.Apply == "afterTax").Select(credit => $"<div class=\"total\"><span>Credit {Text(credit.Credit)}</span><span class=\"n\">-{Text(credit.Amount)} {Text(invoice.Currency)}</span></div>\n");
        return $"{string.Concat(rows)}<div class=\"total\"><span>Due</span><span class=\"n\">{Text(invoice.Due)} {Text(invoice.Currency)}</span></div>\n";
    }

    private static void Section(StringBuilder page, InvoiceSectionDocument section, string currency)
    {
        var about = section.Kind switch { "activation" => "activation", "account" => "of the account", "supplementary" => "usage that came after the last period", _ => section.Period is { } period ? Span(period.Start, period.End) : "" };
        page.Append(CultureInfo.InvariantCulture, $"""
            <section><h2>{Text(section.Subscription)}<small>{Text(about)}</small></h2>
            <table><thead><tr><th>Description</th><th class="n">Period</th><th class="n">Quantity</th><th class="n">Amount {Text(currency)}</th></tr></thead><tbody>

            """);
        foreach (var line in section.Lines)
        {
            var name = line.Detail.Length == 0 ? line.Name : $"{line.Name}: {line.Detail}";
            var late = line.Kind switch { "lateUsage" => " (late usage)", "advanceAdjustment" => " (adjustment)", _ => "" };
            page.Append(CultureInfo.InvariantCulture, $"""
                <tr><td>{Text(name + late)}<small>{Text(line.Explanation)}</small></td><td class="p">{Text(Span(line.From, line.To))}</td><td class="n">{Text(line.Quantity)} {Text(line.Unit)}</td><td class="n">{Text(line.Amount)}</td></tr>

                """);
        }

        page.Append("</tbody></table></section>\n");
    }

    // People read an end that is included.
    private static string Span(string from, string to)
    {
        var (first, end) = (LocalDatePattern.Iso.Parse(from), LocalDatePattern.Iso.Parse(to));
        if (!first.Success || !end.Success) return $"{from} / {to}";
        var last = end.Value.PlusDays(-1);
        return last <= first.Value ? from : $"{from} – {LocalDatePattern.Iso.Format(last)}";
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
