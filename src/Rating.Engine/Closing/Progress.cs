using Rating.Domain;
using Rating.Domain.Invoicing;
using Rating.Domain.Pricing;

namespace Rating.Engine.Closing;

/// <summary>Usage of a period that was invoiced at a threshold before the period was over: later lines are what is beyond it.</summary>
internal static class Progress
{
    /// <summary>Whether a line can be invoiced so.</summary>
    public static bool IsUsage(PricedLine line) => line.Kind is LineKind.Usage or LineKind.Calls;

    /// <summary>What usage costs by the lines of a period.</summary>
    public static Money UsageCharge(IEnumerable<PricedLine> lines, Currency currency) => lines.Where(IsUsage).Aggregate(Money.Zero(currency), (sum, line) => sum + line.Amount);

    /// <summary>The usage lines of a period that were billed.</summary>
    public static IReadOnlyList<PricedLine> Billed(IReadOnlyList<Snapshot> before, int period) =>
        [.. before.Where(snapshot => snapshot.Kind == SnapshotKind.Progress && snapshot.Period.Number == period).SelectMany(snapshot => snapshot.Lines).Where(IsUsage)];

    /// <summary>Lines less what was billed of them: usage and calls as differences that keep their kind, in their place.</summary>
    public static List<PricedLine> NotYetBilled(IReadOnlyList<PricedLine> lines, IReadOnlyList<PricedLine> billed)
    {
        if (billed.Count == 0) return [.. lines];
        var rest = new List<PricedLine>(lines.TakeWhile(line => !IsUsage(line)));
        foreach (var kind in new[] { LineKind.Usage, LineKind.Calls })
            rest.AddRange(Price.Difference(kind, [.. lines.Where(line => line.Kind == kind)], [.. billed.Where(line => line.Kind == kind)]));
        rest.AddRange(lines.SkipWhile(line => !IsUsage(line)).Where(line => !IsUsage(line)));
        return rest;
    }
}
