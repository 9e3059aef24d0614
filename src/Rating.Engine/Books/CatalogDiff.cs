using System.Text.Json;
using NodaTime;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <summary>Compares a catalog with the one before it: what a new version changes, and for whom. Stores nothing.</summary>
public sealed class CatalogDiff
{
    private const int RatesShownMax = 5;
    private readonly JsonElement _before;
    private readonly JsonElement _after;
    private readonly List<CatalogChange> _changes = [];

    private CatalogDiff(JsonElement before, JsonElement after) => (_before, _after) = (before, after);

    /// <summary>What a new version would change.</summary>
    /// <param name="tenant">The tenant's book, inside its read lock; it has a catalog.</param>
    /// <param name="catalog">The new catalog, JSON, checked.</param>
    /// <param name="from">The first day on which it would apply.</param>
    public static IReadOnlyList<CatalogChange> Of(TenantBook tenant, string catalog, LocalDate from)
    {
        using var before = ParsedDocument.Of(tenant.Catalogs[^1].Document);
        using var after = ParsedDocument.Of(catalog);
        return new CatalogDiff(before.RootElement, after.RootElement).Compare(tenant, from);
    }

    private List<CatalogChange> Compare(TenantBook tenant, LocalDate from)
    {
        var own = Members(_before, _after, "meters", "calendars", "decks", "plans", "effectiveFrom").ToList();
        if (own.Count > 0) _changes.Add(new CatalogChange("catalog", "", "changed", own, [], []));
        Parts("meter", "meters", (before, after) => [.. Members(before, after)]);
        Parts("calendar", "calendars", (before, after) => [.. Members(before, after)]);
        Parts("deck", "decks", (before, after) => [.. Members(before, after, "rates", "ratesCsv"), .. Rates(before, after)]);
        var touched = _changes.Where(change => change.What == "changed").Select(change => (change.Part, change.Key)).ToHashSet();
        Parts("plan", "plans", (before, after) => [.. Members(before, after, "charges", "existing"), .. Charges(before, after), .. Used(after).Where(touched.Contains).Select(used => $"{used.Part} {used.Key} changed, see there")]);
        return [.. _changes.Select(change => change.Part == "plan" ? ForWhom(change, tenant, from) : change)];
    }

    private void Parts(string part, string list, Func<JsonElement, JsonElement, List<string>> details)
    {
        var (old, now) = (Keyed(_before, list), Keyed(_after, list));
        foreach (var (key, before) in old)
        {
            if (!now.TryGetValue(key, out var after)) _changes.Add(new CatalogChange(part, key, "removed", [], [], []));
            else if (details(before, after) is { Count: > 0 } changes) _changes.Add(new CatalogChange(part, key, "changed", changes, [], []));
        }

        foreach (var key in now.Keys.Where(key => !old.ContainsKey(key))) _changes.Add(new CatalogChange(part, key, "added", [], [], []));
    }

    private static SortedDictionary<string, JsonElement> Keyed(JsonElement owner, string list)
    {
        var keyed = new SortedDictionary<string, JsonElement>(StringComparer.Ordinal);
        if (owner.TryGetProperty(list, out var items) && items.ValueKind == JsonValueKind.Array)
            foreach (var item in items.EnumerateArray()) keyed[item.GetProperty("key").ToString()] = item;
        return keyed;
    }

    // Members that differ, but for some that are looked at more closely.
    private static IEnumerable<string> Members(JsonElement before, JsonElement after, params string[] but)
    {
        var names = before.EnumerateObject().Concat(after.EnumerateObject()).Select(member => member.Name).Distinct(StringComparer.Ordinal).Where(name => !but.Contains(name, StringComparer.Ordinal));
        foreach (var name in names)
        {
            var (had, has) = (before.TryGetProperty(name, out var old), after.TryGetProperty(name, out var now));
            if (had != has || (had && !JsonElement.DeepEquals(old, now))) yield return $"{name} {(had ? Shown(old) : "(none)")} -> {(has ? Shown(now) : "(none)")}";
        }
    }

    private static string Shown(JsonElement value) => value.ToString() is { Length: > 120 } text ? text[..117] + "..." : value.ToString();

    private static IEnumerable<string> Charges(JsonElement before, JsonElement after)
    {
        var (old, now) = (Keyed(before, "charges"), Keyed(after, "charges"));
        foreach (var (key, charge) in old)
        {
            if (!now.TryGetValue(key, out var other)) yield return $"charge {key} removed";
            else foreach (var member in Members(charge, other)) yield return $"charge {key}: {member}";
        }

        foreach (var key in now.Keys.Where(key => !old.ContainsKey(key))) yield return $"charge {key} added";
    }

    private static IEnumerable<(string Part, string Key)> Used(JsonElement plan)
    {
        foreach (var charge in Keyed(plan, "charges").Values)
        {
            if (charge.TryGetProperty("meter", out var meter)) yield return ("meter", meter.ToString());
            if (charge.TryGetProperty("deck", out var deck)) yield return ("deck", deck.ToString());
            if (charge.TryGetProperty("cost", out var cost) && cost.ValueKind == JsonValueKind.Object && cost.TryGetProperty("deck", out var buy)) yield return ("deck", buy.ToString());
        }
    }

    // Hundreds of thousands of rates may differ: counts, and the first few.
    private static IEnumerable<string> Rates(JsonElement before, JsonElement after)
    {
        var (old, now) = (RatesOf(before), RatesOf(after));
        var removed = old.Keys.Where(key => !now.ContainsKey(key)).ToList();
        var added = now.Keys.Where(key => !old.ContainsKey(key)).ToList();
        var changed = old.Keys.Where(key => now.TryGetValue(key, out var rate) && !string.Equals(rate, old[key], StringComparison.Ordinal)).ToList();
        if (removed.Count + added.Count + changed.Count == 0) yield break;
        yield return $"{added.Count} rates added, {removed.Count} removed, {changed.Count} changed";
        foreach (var key in changed.Take(RatesShownMax)) yield return $"rate {key}: {old[key]} -> {now[key]}";
        foreach (var key in added.Take(RatesShownMax)) yield return $"rate {key} added: {now[key]}";
        foreach (var key in removed.Take(RatesShownMax)) yield return $"rate {key} removed";
    }

    // A rate by its prefix, band and first day, as one text.
    private static SortedDictionary<string, string> RatesOf(JsonElement deck)
    {
        var rates = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (deck.TryGetProperty("ratesCsv", out var csv))
        {
            var lines = csv.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            var header = lines[0].Split(',', StringSplitOptions.TrimEntries).ToList();
            int[] identity = [header.IndexOf("prefix"), header.IndexOf("calling_prefix"), header.IndexOf("band"), header.IndexOf("from")];
            foreach (var line in lines.Skip(1))
            {
                var cells = line.Split(',', StringSplitOptions.TrimEntries);
                rates[string.Join(' ', identity.Where(column => column >= 0 && column < cells.Length && cells[column].Length > 0).Select(column => cells[column]))] = line;
            }
        }
        else if (deck.TryGetProperty("rates", out var list) && list.ValueKind == JsonValueKind.Array)
            foreach (var rate in list.EnumerateArray())
                rates[string.Join(' ', IdentityOfRate.Where(name => rate.TryGetProperty(name, out _)).Select(name => rate.GetProperty(name).ToString()))] = rate.GetRawText();
        return rates;
    }

    private static readonly string[] IdentityOfRate = ["prefix", "callingPrefix", "band", "from"];

    private CatalogChange ForWhom(CatalogChange change, TenantBook tenant, LocalDate from)
    {
        var keptUntil = Keyed(_after, "plans").TryGetValue(change.Key, out var plan) && plan.TryGetProperty("existing", out var existing) ? existing.ToString() : "move";
        var moving = new List<string>();
        var keeping = new List<string>();
        foreach (var entry in tenant.Subscriptions.Values.OrderBy(entry => entry.Subscription.Id.Value, StringComparer.Ordinal))
        {
            var subscription = entry.Subscription;
            if (subscription.End <= from || !subscription.TermsOn(from).Plans.Contains(change.Key, StringComparer.Ordinal)) continue;
            (keptUntil != "move" && subscription.PlanSince(from) < from ? keeping : moving).Add(subscription.Id.Value);
        }

        return change with { Moving = moving, Keeping = keeping };
    }
}
