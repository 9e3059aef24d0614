using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>A plan as one catalog version has it, with its trial and phases; or such a plan with its add-ons.</summary>
internal sealed class Plan
{
    public Plan(JsonElement json, Catalog catalog)
    {
        Catalog = catalog;
        Key = json.Text("key");
        Interval = json.Text("interval", "month");
        TaxCode = json.Member("taxCode")?.AsText();
        Charges = [.. json.List("charges").Select(c => new Charge(c, catalog.Meters, catalog.Decks, TaxCode))];
        Allowances = [.. json.List("allowances").Select(Allowance.Read)];
        Minimum = Commitment.Read(json.Member("minimum"));
        Maximum = Commitment.Read(json.Member("maximum"));
        Threshold = json.NumberOrNone("threshold");
        Alerts = [.. json.List("alerts").Select(Alert.Read)];
        var existing = json.Text("existing", "move");
        KeepsExisting = existing != "move";
        MovesOn = existing is "move" or "keep" ? null : json.Date("existing");
        Phases = [.. Trial(json), .. json.List("phases").Select(p => ReadPhase(p, catalog))];
        AddOns = [];
        Content = string.Join('\u001d', [Canonical.Text(json), .. Charges.Select(c => c.Content), .. Phases.SelectMany(p => p.Charges.Select(c => c.Content)), .. Allowances.Select(a => catalog.Meters.GetValueOrDefault(a.Meter)?.Content)]);
    }

    /// <summary>The plan together with further plans.</summary>
    public Plan(Plan main, IReadOnlyList<Plan> addOns)
    {
        (Catalog, Key, Interval, TaxCode, Minimum, Maximum, Threshold) = (main.Catalog, main.Key, main.Interval, main.TaxCode, main.Minimum, main.Maximum, main.Threshold);
        (KeepsExisting, MovesOn, Alerts) = (main.KeepsExisting, main.MovesOn, main.Alerts);
        AddOns = addOns;
        Charges = [.. main.Charges, .. addOns.SelectMany(a => a.Charges)];
        Allowances = [.. main.Allowances, .. addOns.SelectMany(a => a.Allowances)];
        Phases = main.Phases.ConvertAll(p => p with { Charges = [.. p.Charges, .. addOns.SelectMany(a => a.Charges)], Allowances = [.. p.Allowances, .. addOns.SelectMany(a => a.Allowances)] });
        Content = string.Join('\u001c', [main.Content, .. addOns.Select(a => a.Content)]);
    }

    public Catalog Catalog { get; }
    public string Key { get; }
    public string Interval { get; }
    public string? TaxCode { get; }
    public IReadOnlyList<Charge> Charges { get; }
    public IReadOnlyList<Allowance> Allowances { get; }
    public Commitment? Minimum { get; }
    public Commitment? Maximum { get; }

    /// <summary>What is used is invoiced as soon as it is worth this much.</summary>
    public Fraction? Threshold { get; }

    public IReadOnlyList<Alert> Alerts { get; }

    /// <summary>The version is not for those who are on the plan already (up to <see cref="MovesOn"/>, if that is given).</summary>
    public bool KeepsExisting { get; }
    public NodaTime.LocalDate? MovesOn { get; }
    public List<Phase> Phases { get; }
    public IReadOnlyList<Plan> AddOns { get; }
    public string Content { get; }

    /// <summary>The plan itself, then its trial and phases; numbered by the book.</summary>
    public IReadOnlyList<Revision> Revisions { get; private set; } = [];

    public void Number(Func<int> next) => Revisions = [
        new Revision(next(), this, Charges, Allowances, null), .. Phases.Select(p => new Revision(next(), this, p.Charges, p.Allowances, p))];

    public void NumberAs(Plan same) => Revisions = [
        new Revision(same.Revisions[0].Number, this, Charges, Allowances, null), .. Phases.Select((p, i) => new Revision(same.Revisions[i + 1].Number, this, p.Charges, p.Allowances, p))];

    private IEnumerable<Phase> Trial(JsonElement json)
    {
        if (json.Member("trial") is { } trial)
            yield return new Phase(PhaseLength.Read(trial), [.. Charges.Where(c => c.Model != "recurring")], [], new Dictionary<string, Fraction>(), trial.Text("usage", "charged") == "free", IsTrial: true);
    }

    private Phase ReadPhase(JsonElement json, Catalog catalog)
    {
        var own = json.List("charges").Select(c => new Charge(c, catalog.Meters, catalog.Decks, TaxCode)).ToList();
        var removed = json.Member("remove")?.Texts() ?? [];
        var kept = Charges.Where(c => !removed.Contains(c.Key)).Select(c => own.Find(o => o.Key == c.Key) ?? c).ToList();
        return new Phase(
            PhaseLength.Read(json), [.. kept, .. own.Where(o => !kept.Contains(o))], [.. Allowances.Where(a => !removed.Contains(a.Key))],
            json.Member("quantities")?.EnumerateObject().ToDictionary(q => q.Name, q => Fraction.Parse(q.Value.AsText())) ?? [], false, IsTrial: false);
    }
}
