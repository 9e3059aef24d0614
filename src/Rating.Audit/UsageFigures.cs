using System.Text.Json;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>The usage part of a snapshot: figures per meter and dimensions, sums of calls per destination. Each has a name and a text that is compared.</summary>
internal sealed class UsageFigures
{
    private readonly Dictionary<string, string> _figures = [];

    /// <summary>Meter totals that only a rate deck (or no charge) uses: the calls say it all, so a snapshot need not have them.</summary>
    private readonly HashSet<string> _optional = [];

    public static UsageFigures Of(Usage usage, IEnumerable<Span> spans)
    {
        var figures = new UsageFigures();
        var charges = spans.DistinctBy(s => s.Plan.Revision).ToDictionary(s => s.Plan.Revision, s => s.Plan.Charges);
        foreach (var group in usage.Measured.GroupBy(m => (m.Revision, m.Meter.Key, Dimensions: m.Meter.Written(m.Dimensions))))
        {
            var list = group.ToList();
            var name = $"meter {group.Key.Revision} {group.Key.Key} {group.Key.Dimensions}";
            figures._figures[name] = $"{list[0].Meter.Aggregation} count {list.Count} figure {list[0].Meter.Figure(list)}";
            var isPriced = charges.GetValueOrDefault(group.Key.Revision, []).Any(c => c.IsMetered && c.Deck is null && c.Meter!.Key == group.Key.Key && c.Covers(list[0].Dimensions));
            if (!isPriced) figures._optional.Add(name);
        }
        foreach (var group in usage.Calls.GroupBy(c => (c.Revision, c.Charge, c.Destination)))
            figures._figures[$"calls {group.Key.Revision} {group.Key.Charge} {group.Key.Destination}"] =
                $"calls {group.Count()} seconds {group.Sum(c => c.Seconds)} billed {group.Sum(c => c.BilledSeconds)} amount {group.Aggregate(Fraction.Zero, (sum, c) => sum + c.Amount)}";
        return figures;
    }

    public static UsageFigures Read(JsonElement json)
    {
        var figures = new UsageFigures();
        foreach (var m in json.List("meters"))
            figures._figures[$"meter {m.Number("revision")} {m.Text("meter")} {m.Text("dimensions", "")}"] = $"{m.Text("aggregation")} count {m.Number("count")} figure {m.Number("figure")}";
        foreach (var c in json.List("calls"))
            figures._figures[$"calls {c.Number("revision")} {c.Text("charge")} {c.Text("destination")}"] =
                $"calls {c.Number("calls")} seconds {c.Number("seconds")} billed {c.Number("billedSeconds")} amount {c.Number("amount")}";
        return figures;
    }

    /// <summary>The differences of stored figures from these, as (name, expected, found).</summary>
    public IEnumerable<(string Name, string Expected, string Found)> Differences(UsageFigures stored)
    {
        foreach (var (name, expected) in _figures)
        {
            if (!stored._figures.TryGetValue(name, out var found))
            {
                if (!_optional.Contains(name)) yield return (name, expected, "none");
            }
            else if (found != expected) yield return (name, expected, found);
        }
        foreach (var (name, found) in stored._figures.Where(f => !_figures.ContainsKey(f.Key))) yield return (name, "none", found);
    }
}
