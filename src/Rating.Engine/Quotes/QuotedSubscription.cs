using System.Text.Json;
using NodaTime;
using NodaTime.Text;
using Rating.Engine.Documents;

namespace Rating.Engine.Quotes;

/// <summary>One subscription of a quote: its history as it was written, of which an invoice knows what has happened by its day.</summary>
internal sealed class QuotedSubscription
{
    /// <summary>The members that a subscription has in a quote.</summary>
    public static readonly string[] Members = ["plan", "quantities", "addOns", "start", "end", "timeZone", "anchorDay", "anchorMonth", "anchor", "changes", "discounts", "serviceAddress"];

    private static readonly string[] Kept = ["timeZone", "anchorDay", "anchorMonth", "anchor", "discounts", "serviceAddress"];
    private static readonly string[] OfPlan = ["quantities", "addOns"];
    private readonly List<(LocalDate From, string Json)> _changes;

    /// <summary>Reads it.</summary>
    /// <param name="node">Its object.</param>
    /// <param name="id">Its id.</param>
    /// <param name="onlyPlan">The plan of a catalog that has one plan; refuses where there are more.</param>
    public QuotedSubscription(DocumentNode node, string id, Func<string> onlyPlan)
    {
        (Node, Id, Start, End) = (node, id, node.Need("start").Date(), node.Maybe("end")?.Date());
        if (node.Maybe("changes") is not { } list)
        {
            var plan = node.Maybe("plan")?.Text() ?? onlyPlan();
            var more = OfPlan.Where(name => node.Maybe(name) is not null).Select(name => $",\"{name}\":{node.Need(name).Element.GetRawText()}");
            _changes = [(Start, $$"""{"from":"{{LocalDatePattern.Iso.Format(Start)}}","plan":{{JsonSerializer.Serialize(plan)}}{{string.Concat(more)}}}""")];
        }
        else
        {
            if (node.Maybe("plan") is not null || OfPlan.Any(name => node.Maybe(name) is not null)) throw list.Refuse("quote.changes", "give either 'plan' with 'quantities' and 'addOns', or 'changes'.");
            _changes = [.. list.Items().Select(item => (item.Maybe("from")?.Date() ?? Start, item.Element.GetRawText()))];
        }
    }

    /// <summary>Where it stands in the request.</summary>
    public DocumentNode Node { get; }

    /// <summary>Its id.</summary>
    public string Id { get; }

    /// <summary>Its first day.</summary>
    public LocalDate Start { get; }

    /// <summary>The day after its last.</summary>
    public LocalDate? End { get; }

    /// <summary>The subscription document, with what is known on a day; null for all.</summary>
    public string Document(LocalDate? known)
    {
        var kept = Kept.Where(name => Node.Maybe(name) is not null).Select(name => $"\"{name}\":{Node.Need(name).Element.GetRawText()},");
        var end = End is { } day && !(day > known) ? $"\"{LocalDatePattern.Iso.Format(day)}\"" : "null";
        var changes = _changes.Where((change, i) => i == 0 || !(change.From > known)).Select(change => change.Json);
        return $$"""{"id":{{JsonSerializer.Serialize(Id)}},"account":"quote",{{string.Concat(kept)}}"start":"{{LocalDatePattern.Iso.Format(Start)}}","end":{{end}},"changes":[{{string.Join(',', changes)}}]}""";
    }
}
