using Rating.Domain.Billing;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;

namespace Rating.Domain.Invoicing;

/// <summary>What the shared allowances of an account take off the lines of its subscriptions. Needs of each snapshot only its terms and the usage of charges that a pool covers.</summary>
internal static class PoolLines
{
    /// <summary>The lines, in the order of the snapshots.</summary>
    public static IReadOnlyList<AccountLine> Of(IReadOnlyList<(PeriodTerms Terms, PeriodUsage Usage)> members, out IReadOnlyList<PoolUse> uses)
    {
        var pool = new AllowancePool(members);
        var lines = new List<AccountLine>();
        foreach (var (terms, usage) in members.OrderBy(member => member.Terms.Subscription.Value, StringComparer.Ordinal)) lines.AddRange(Of(terms, usage, pool));
        uses = [.. pool.Granted.Select(granted => new PoolUse(granted.Key, granted.Value, pool.Left[granted.Key]))];
        return lines;
    }

    private static IEnumerable<AccountLine> Of(PeriodTerms terms, PeriodUsage usage, AllowancePool pool)
    {
        var allowances = new PeriodAllowances(terms, usage, [], pool);
        var covered = Price.Arrears(terms, usage, terms.Period.End, HeldLevels.None, allowances);
        foreach (var line in Price.Arrears(terms, usage, terms.Period.End, PeriodStart.Empty).Lines)
        {
            if (line.Kind is not (LineKind.Usage or LineKind.Calls)) continue;
            var revision = terms.Spans.First(span => span.From == line.From).Revision;
            if (!revision.Allowances.Any(allowance => allowance.IsPooled && allowance.Covers(line.Charge))) continue;
            var units = line.Kind == LineKind.Calls ? allowances.CallsOf(new CallKey(revision.Id, line.Charge, line.Detail))?.Covered ?? Quantity.Zero : allowances.Figures.GetValueOrDefault((revision.Id, line.Charge));
            if (units <= Quantity.Zero) continue;
            var now = covered.First(other => other.Kind == line.Kind && other.Charge == line.Charge && other.Detail == line.Detail && other.From == line.From);
            yield return new AccountLine(terms.Subscription.Value, line with
            {
                Kind = LineKind.Pool, Amount = now.Amount - line.Amount, Quantity = units, Explanation = $"{units} of {line.Quantity} from what the account shares; now {now.Amount.ToText()}",
            });
        }
    }
}
