using System.Numerics;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;

namespace Rating.Domain.Billing;

/// <summary>One call, and how much of it allowances cover.</summary>
internal sealed class CoveredCall(RateDeckCharge charge, CallKey key, RunEntry entry, string subscription)
{
    /// <summary>Revision, charge and destination.</summary>
    public CallKey Key => key;

    /// <summary>Whose call it is.</summary>
    public string Subscription => subscription;

    /// <summary>How many of its billed seconds nothing covers yet.</summary>
    public Quantity Rest { get; private set; } = new(entry.Nano);

    /// <summary>What the rest of it costs: its part of the price, rounded as the deck rounds calls.</summary>
    public Int128 Scaled
    {
        get
        {
            if (entry.Nano == 0 || Rest.Nano == entry.Nano) return entry.Scaled;
            var step = ScaledNumber.PowerOfTen(Money.Decimals - charge.Deck.CallDecimals);
            return Rounded((BigInteger)entry.Scaled * (BigInteger)Rest.Nano, (BigInteger)entry.Nano * (BigInteger)step, charge.Deck.CallRounding) * step;
        }
    }

    /// <summary>Covers more of it.</summary>
    public void Cover(Quantity units) => Rest -= units;

    /// <summary>The calls of a plan revision that are kept one by one, in order of (event time, source, id, charge key).</summary>
    public static List<CoveredCall> InOrder(PeriodUsage usage, PlanRevision revision, string subscription, Func<CallKey, bool> isWanted)
    {
        var calls = new List<(RunEntry Entry, CoveredCall Call)>();
        foreach (var (meter, total) in usage.Meters)
        {
            if (meter.Aggregation != Aggregation.Calls || meter.Revision != revision.Id || total.More is not UsageRun run) continue;
            var key = new CallKey(meter.Revision, meter.Meter, meter.Dimensions);
            if (!isWanted(key)) continue;
            var charge = revision.Charges.OfType<RateDeckCharge>().First(other => string.Equals(other.Key, key.Charge, StringComparison.Ordinal));
            foreach (var entry in run.Entries)
                if (entry.Nano > 0) calls.Add((entry, new CoveredCall(charge, key, entry, subscription)));
        }

        calls.Sort(static (a, b) => Compare(a.Entry, a.Call, b.Entry, b.Call));
        return calls.ConvertAll(one => one.Call);
    }

    /// <summary>In order of (event time, source, id, subscription, charge key).</summary>
    public static int Compare(CoveredCall a, CoveredCall b) => Compare(a.Entry, a, b.Entry, b);

    /// <summary>What is covered of the calls of each destination, and what the rest costs.</summary>
    public static Dictionary<CallKey, (Quantity Covered, Int128 Scaled)> Sums(IEnumerable<CoveredCall> calls)
    {
        var sums = new Dictionary<CallKey, (Quantity Covered, Int128 Scaled)>();
        foreach (var call in calls)
        {
            var (covered, scaled) = sums.GetValueOrDefault(call.Key);
            sums[call.Key] = (covered + new Quantity(call.Entry.Nano) - call.Rest, scaled + call.Scaled);
        }

        return sums;
    }

    private RunEntry Entry => entry;

    private static int Compare(RunEntry a, CoveredCall callA, RunEntry b, CoveredCall callB)
    {
        var order = a.EventTime.CompareTo(b.EventTime);
        if (order == 0) order = string.CompareOrdinal(a.Source, b.Source);
        if (order == 0) order = string.CompareOrdinal(a.Id, b.Id);
        if (order == 0) order = string.CompareOrdinal(callA.Subscription, callB.Subscription);
        return order != 0 ? order : string.CompareOrdinal(callA.Key.Charge, callB.Key.Charge);
    }

    private static Int128 Rounded(BigInteger numerator, BigInteger denominator, RoundingMode mode)
    {
        var (whole, rest) = BigInteger.DivRem(BigInteger.Abs(numerator), denominator);
        var half = (rest * 2).CompareTo(denominator);
        var isUp = mode switch { RoundingMode.Down => false, RoundingMode.Up => !rest.IsZero, RoundingMode.HalfEven => half > 0 || (half == 0 && !whole.IsEven), _ => half >= 0 };
        return (Int128)(isUp ? whole + 1 : whole) * numerator.Sign;
    }
}
