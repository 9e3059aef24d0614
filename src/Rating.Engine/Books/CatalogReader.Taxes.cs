using Rating.Domain;
using Rating.Domain.Invoicing;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>The tax table.</content>
internal sealed partial class CatalogReader
{
    private TaxTable ReadTaxes(DocumentNode node)
    {
        node.Object("pricesInclude", "rounding", "codes", "rules");
        var interstate = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var item in node.Items("codes"))
        {
            item.Object("code", "interstate");
            if (!interstate.TryAdd(item.Need("code").Name(), item.Need("interstate").Percent(100))) throw item.Refuse("catalog.key.twice", $"tax code '{item.Need("code").Name()}' stands twice.");
        }

        var rules = new List<TaxRule>();
        foreach (var item in node.Items("rules"))
        {
            var rule = ReadTaxRule(item);
            if (rules.Exists(other => string.Equals(other.Key, rule.Key, StringComparison.Ordinal))) throw item.Refuse("catalog.key.twice", $"tax '{rule.Key}' stands twice.");
            foreach (var other in item.Items("alsoOn"))
                if (!rules.Exists(before => string.Equals(before.Key, other.Text(), StringComparison.Ordinal))) throw other.Refuse("tax.order", $"there is no tax '{other.Text()}' before this one; a tax on a tax stands after it.");
            rules.Add(rule);
        }

        return new TaxTable(node.Maybe("pricesInclude")?.Flag() ?? false, node.Maybe("rounding")?.OneOf(("invoice", false), ("line", true)) ?? false, interstate, rules);
    }

    private TaxRule ReadTaxRule(DocumentNode node)
    {
        node.Object("key", "name", "type", "jurisdiction", "codes", "percent", "amount", "per", "traffic", "alsoOn", "from", "to");
        if (node.Maybe("percent") is null == node.Maybe("amount") is null) throw node.Refuse("tax.kind", "give exactly one of percent, amount.");
        if (node.Maybe("per") is { } per && node.Maybe("amount") is null) throw per.Refuse("tax.kind", "'per' is for an 'amount'.");
        if (node.Maybe("amount") is not null && (node.Maybe("traffic") ?? node.Maybe("alsoOn")) is { } misplaced) throw misplaced.Refuse("tax.kind", "'traffic' and 'alsoOn' are for a 'percent'.");
        var (from, to) = AgreementReader.Days(node);
        return new TaxRule
        {
            Key = Key(node), Name = Named(node), Type = node.Maybe("type")?.Name() ?? Key(node), Jurisdiction = node.Need("jurisdiction").Name(), Codes = [.. node.Items("codes").Select(item => item.Name())],
            Percent = node.Maybe("percent")?.Percent(1_000), Amount = node.Maybe("amount") is { } amount ? NotNegative(amount) : null, IsPerQuantity = node.Maybe("per")?.OneOf(("line", false), ("quantity", true)) ?? false,
            Traffic = node.Maybe("traffic")?.OneOf(("all", TaxTraffic.All), ("interstate", TaxTraffic.Interstate), ("intrastate", TaxTraffic.Intrastate)) ?? TaxTraffic.All,
            AlsoOn = [.. node.Items("alsoOn").Select(item => item.Text())], From = from, To = to,
        };
    }
}
