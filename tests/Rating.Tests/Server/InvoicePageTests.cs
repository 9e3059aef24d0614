using System.Text.RegularExpressions;
using Rating.Server.Api;
using Rating.Server.Documents;
using Rating.Server.Hosting;

namespace Rating.Tests.Server;

/// <summary>The printable invoice: whatever a name holds, it is text on the page.</summary>
public sealed partial class InvoicePageTests
{
    private const string Hostile = "<script>alert(1)</script>\"'&<b onload=x>";

    [Fact]
    public void Every_text_is_escaped()
    {
        var line = new LineDocument("calls", Hostile, Hostile, Hostile, "2026-03-01", "2026-04-01", "1" + Hostile, Hostile, Hostile, Hostile);
        var invoice = new InvoiceDocument(Hostile, Hostile, Hostile, Hostile, Hostile, Hostile, [new InvoiceSectionDocument(Hostile, "period", new PeriodDocument(1, Hostile, Hostile), [line])], Hostile);
        var page = InvoicePage.Write(invoice, new Seller(Hostile, [Hostile]), new AccountDocument(Hostile, Hostile, Hostile, Hostile));
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b onload", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void It_loads_nothing_from_elsewhere_and_closes_what_it_opens()
    {
        var line = new LineDocument("usage", "sms", "SMS", "", "2026-03-01", "2026-04-01", "18", "message", "0.52", "10 free, 8 at 0.07");
        var invoice = new InvoiceDocument("default", "INV-000001", "acme", "2026-04-01", "2026-04-01", "EUR", [new InvoiceSectionDocument("acme-office", "period", new PeriodDocument(314, "2026-03-01", "2026-04-01"), [line])], "0.52");
        var page = InvoicePage.Write(invoice, new Seller("Northwind Voice", ["Musterallee 1"]), new AccountDocument("acme", "Acme & Sons", "Street 1\nCity"));
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.Contains("Acme &amp; Sons", page, StringComparison.Ordinal);
        Assert.Contains("2026-03-01 \u2013 2026-03-31", System.Net.WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        foreach (var tag in new[] { "html", "head", "body", "main", "header", "section", "table", "tr", "td", "th", "div", "dl", "footer" })
            Assert.Equal(Regex.Count(page, $"<{tag}[ >]", RegexOptions.None, TimeSpan.FromSeconds(1)), Regex.Count(page, $"</{tag}>", RegexOptions.None, TimeSpan.FromSeconds(1)));
    }
}
