using System.Text;
using System.Text.Json;
using Rating.Engine.Store;

namespace Rating.Engine.BillRuns;

/// <summary>Puts its sections into an invoice: they are its snapshots' periods and lines to the byte, so a large invoice is stored without them and nobody needs to hold it whole.</summary>
public static class InvoiceSections
{
    // Inside a JSON text quotes are escaped: this stands for nothing but the empty member.
    private const string Empty = "\"sections\":[]";

    /// <summary>Whether a stored invoice has its sections elsewhere.</summary>
    public static bool AreLeftOut(string document) => document.Contains(Empty, StringComparison.Ordinal);

    /// <summary>A stored invoice, whole.</summary>
    public static async Task<string> TextAsync(IRatingStore store, StoredInvoice invoice, CancellationToken cancellation)
    {
        if (!AreLeftOut(invoice.Document)) return invoice.Document;
        using var whole = new MemoryStream();
        await WriteAsync(store, invoice, whole, cancellation);
        return Encoding.UTF8.GetString(whole.GetBuffer(), 0, (int)whole.Length);
    }

    /// <summary>Writes a stored invoice, whole, section by section.</summary>
    public static async Task WriteAsync(IRatingStore store, StoredInvoice invoice, Stream to, CancellationToken cancellation)
    {
        if (!AreLeftOut(invoice.Document))
        {
            await to.WriteAsync(Encoding.UTF8.GetBytes(invoice.Document), cancellation);
            return;
        }

        var at = invoice.Document.IndexOf(Empty, StringComparison.Ordinal) + Empty.Length - 1;
        await to.WriteAsync(Encoding.UTF8.GetBytes(invoice.Document[..at]), cancellation);
        var separator = "";
        await foreach (var snapshot in store.ReadInvoicedAsync(invoice.Tenant, invoice.Number, cancellation))
        {
            await to.WriteAsync(Encoding.UTF8.GetBytes(separator + Of(snapshot.Document)), cancellation);
            separator = ",";
        }

        await to.WriteAsync(Encoding.UTF8.GetBytes(invoice.Document[at..]), cancellation);
    }

    /// <summary>An invoice with these sections in it.</summary>
    internal static string Put(string document, IReadOnlyList<string> sections) => document.Replace(Empty, $"{Empty[..^1]}{string.Join(',', sections)}]", StringComparison.Ordinal);

    /// <summary>The section that a stored snapshot becomes.</summary>
    internal static string Of(string snapshot)
    {
        using var document = JsonDocument.Parse(snapshot);
        string Raw(string member) => document.RootElement.GetProperty(member).GetRawText();
        return $$"""{"subscription":{{Raw("subscription")}},"kind":{{Raw("kind")}},"period":{{Raw("period")}},"lines":{{Raw("lines")}}}""";
    }
}
