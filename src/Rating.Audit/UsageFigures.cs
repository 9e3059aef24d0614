using System.Text.Json;
using Rating.Audit.Rules;

namespace Rating.Audit;

/// <summary>The usage part of a snapshot: figures per meter and dimensions, sums of calls per destination. Each has a name and a text that is compared.</summary>
internal sealed class UsageFigures
{
    private readonly Dictionary<string, string> _figures = [];

    /// <summary>Meter totals that only a rate deck (or no charge) uses: the calls say it all, so a snapshot need not have them.</summary>
    private readonly HashSet<string> _optional = [];

    public static UsageFigures Of(Usage usage, IReadOnlyCollection<Span> spans)
    {
        var figures = new UsageFigures();
        var all = spans.DistinctBy(s => s.Revision.Number).ToDictionary(s => s.Revision.Number, s => s.Revision);
        var charges = all.ToDictionary(r => r.Key, r => r.Value.Charges);
        foreach (var group in usage.Measured.GroupBy(m => (m.Revision, m.Meter.Key, Dimensions: m.Meter.Written(m.Dimensions))))
        {
            var list = group.ToList();
            var meter = list[0].Meter;
            var priced = charges.GetValueOrDefault(group.Key.Revision, []).Where(c => c.IsMetered && c.Deck is null && c.Meter!.Key == group.Key.Key && c.Covers(list[0].Dimensions)).ToList();
            var name = figures.Add(group.Key.Revision, meter.Key, group.Key.Dimensions, meter.Aggregation, list.Count, Figure(meter, list), meter.IsTimeWeighted ? list : null);
            if (priced.Count == 0) figures._optional.Add(name);
            if (priced.Exists(c => c.LooksAtEvents)) figures.Add(group.Key.Revision, meter.Key, group.Key.Dimensions, "each", list.Count, Meter.Sum(list), list);
        }
        foreach (var group in usage.Calls.GroupBy(c => (c.Revision, c.Charge, c.Destination)))
        {
            // Single calls are kept where an allowance of the plan covers the charge.
            var charge = all.GetValueOrDefault(group.Key.Revision)?.Charges.FirstOrDefault(c => c.Key == group.Key.Charge);
            if (charge?.Deck is not null && all[group.Key.Revision].Plan.Allowances.Any(a => (a with { Destinations = null }).Covers(charge, "")))
                figures._figures[$"meter {group.Key.Revision} {group.Key.Charge} {group.Key.Destination}"] = $"calls count {group.Count()} figure {group.Sum(c => c.BilledSeconds)} events "
                    + string.Join(' ', group.OrderBy(c => c.Time).ThenBy(c => c.Source, StringComparer.Ordinal).ThenBy(c => c.Id, StringComparer.Ordinal).Select(c => $"{c.Time}/{c.Source}/{c.Id}/{c.BilledSeconds}/{c.Amount}"));
            var hasCost = group.Any(c => c.Cost is not null || c.IsUncosted);
            figures._figures[$"calls {group.Key.Revision} {group.Key.Charge} {group.Key.Destination}"] =
                $"calls {group.Count()} seconds {group.Sum(c => c.Seconds)} billed {group.Sum(c => c.BilledSeconds)} amount {group.Aggregate(Fraction.Zero, (sum, c) => sum + c.Amount)}"
                + (hasCost ? $" cost {group.Aggregate(Fraction.Zero, (sum, c) => sum + (c.Cost ?? 0))} uncosted {group.Count(c => c.IsUncosted)}" : "");
        }
        return figures;
    }

    private static Fraction Figure(Meter meter, List<Measured> usage) =>
        meter.IsTimeWeighted ? Meter.Sum(usage) : meter.Aggregation == "average" ? meter.Raw(usage).Round(9, RoundingRule.HalfUp) : meter.Raw(usage);

    private string Add(int revision, string meter, string dimensions, string aggregation, int count, Fraction figure, List<Measured>? events)
    {
        var name = $"meter {revision} {meter} {dimensions}{(aggregation == "each" ? " each" : "")}";
        var list = events is null ? "" : " events " + string.Join(' ', events.Order().Select(e => $"{e.Time}/{e.Source}/{e.Id}/{e.Number}"));
        _figures[name] = $"{aggregation} count {count} figure {figure}{list}";
        return name;
    }

    public static UsageFigures Read(JsonElement json)
    {
        var figures = new UsageFigures();
        foreach (var m in json.List("meters"))
        {
            var aggregation = m.Text("aggregation");
            var list = m.Member("events") is { } events ? " events " + string.Join(' ', events.EnumerateArray().Select(e => string.Join('/', e.EnumerateArray().Select((part, i) => i is 1 or 2 ? part.AsText() : Fraction.Parse(part.AsText()).ToString())))) : "";
            figures._figures[$"meter {m.Number("revision")} {m.Text("meter")} {m.Text("dimensions", "")}{(aggregation == "each" ? " each" : "")}"] = $"{aggregation} count {m.Number("count")} figure {m.Number("figure")}{list}";
        }
        foreach (var c in json.List("calls"))
            figures._figures[$"calls {c.Number("revision")} {c.Text("charge")} {c.Text("destination")}"] =
                $"calls {c.Number("calls")} seconds {c.Number("seconds")} billed {c.Number("billedSeconds")} amount {c.Number("amount")}"
                + (c.Member("cost") is not null ? $" cost {c.Number("cost")} uncosted {c.Number("uncosted", 0)}" : "");
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
