namespace Rating.Audit.Rules;

/// <summary>What each model makes of a period's figure and events: exact, nothing is rounded here.</summary>
internal sealed partial class Charge
{
    private static readonly Fraction Hundred = 100;

    private bool TopIsBelow => _json.Text("bound", "inclusive") == "inclusive";

    private bool IsFreeAtZero => _json.Text("atZero", "due") == "free";

    /// <summary>The amount of a figure and the events that made it (in any order).</summary>
    public Fraction Amount(Fraction figure, IReadOnlyCollection<Measured> events) => Model switch
    {
        "perUnit" => Price * Units(figure),
        "package" => Blocks(Units(figure)) * Price,
        "graduated" => Graduated(figure, t => t.Price),
        "graduatedPercentage" => Graduated(figure, t => t.Rate / Hundred),
        "volume" => IsFreeAtZero && figure.IsZero ? Fraction.Zero : (figure * Reached(figure).Price) + Reached(figure).FlatFee,
        "stairstep" => IsFreeAtZero && figure.IsZero ? Fraction.Zero : Reached(figure).Price,
        "blocks" => TieredBlocks(figure),
        "percentage" => Percentage(figure, events),
        "volumePercentage" => VolumePercentage(figure, events),
        "matrix" => Matrix(events),
        _ => throw new InvalidOperationException(Model),
    };

    /// <summary>What events brought, with the seller's markup.</summary>
    public Fraction WithMarkup(Fraction amount) => amount * (Hundred + _json.Number("markup", 0)) / Hundred;

    private Fraction Units(Fraction figure) => figure.Sign < 0 ? figure : Fraction.Max(figure - _json.Number("freeUnits", 0), Fraction.Zero);

    private static Fraction Floor(Fraction x) => new(-(-x).Ceiling(), 1);

    private static Fraction Ceiling(Fraction x) => new(x.Ceiling(), 1);

    private Fraction Blocks(Fraction units)
    {
        if (units.Sign <= 0) return Fraction.Zero;
        var blocks = units / _json.Number("size");
        return _json.Text("rounding", "up") == "down" ? Floor(blocks) : Ceiling(blocks);
    }

    private bool IsWithin(Fraction figure, Fraction? upTo) => upTo is not { } bound || (TopIsBelow ? figure <= bound : figure < bound);

    private Tier Reached(Fraction figure) => _tiers.First(t => IsWithin(figure, t.UpTo));

    private Fraction Graduated(Fraction figure, Func<Tier, Fraction> price)
    {
        if (IsFreeAtZero && figure.IsZero) return Fraction.Zero;
        var amount = Fraction.Zero;
        Fraction? below = null; // the bound under the tier; the first tier has none
        foreach (var tier in _tiers)
        {
            if (below is not null && IsWithin(figure, below)) break;
            var upper = tier.UpTo is { } upTo ? Fraction.Min(upTo, figure) : figure;
            amount += ((upper - (below ?? Fraction.Zero)) * price(tier)) + tier.FlatFee;
            below = tier.UpTo;
            if (tier.UpTo is null) break;
        }
        return amount;
    }

    private Fraction TieredBlocks(Fraction figure)
    {
        if (figure.Sign <= 0) return Fraction.Zero;
        var (rest, sum, last) = (figure, Fraction.Zero, _tiers[^1]);
        foreach (var tier in _tiers)
        {
            last = tier;
            var started = Ceiling(rest / tier.Size);
            if (tier.Blocks is { } most && started > most)
            {
                sum += most * tier.Price;
                rest -= most * tier.Size;
                continue;
            }
            sum += started * tier.Price;
            break;
        }
        return _json.Text("tiersBilled", "all") == "top" ? Ceiling(figure / last.Size) * last.Price : sum;
    }

    private Fraction Percentage(Fraction figure, IReadOnlyCollection<Measured> events)
    {
        var (rate, fee) = (_json.Number("rate", 0) / Hundred, _json.Number("fee", 0));
        var (freeCount, freeAmount) = (_json.NumberOrNone("freeCount"), _json.NumberOrNone("freeAmount"));
        if (_json.Text("free", "together") == "apart")
        {
            return (Fraction.Max(Fraction.Zero, figure - (freeAmount ?? Fraction.Zero)) * rate)
                + (Fraction.Max(Fraction.Zero, events.Count - (freeCount ?? Fraction.Zero)) * fee);
        }

        Fraction Transaction(Fraction value)
        {
            var cost = (value * rate) + fee;
            if (value.Sign < 0) return cost;
            if (_json.NumberOrNone("minimum") is { } minimum) cost = Fraction.Max(cost, minimum);
            if (_json.NumberOrNone("maximum") is { } maximum) cost = Fraction.Min(cost, maximum);
            return cost;
        }

        var exclusive = _json.Text("freeBound", "inclusive") == "exclusive";
        var (sum, taken, amountLeft) = (Fraction.Zero, 0L, freeAmount);
        foreach (var e in events.Order())
        {
            if (e.Number.Sign < 0)
            {
                sum += Transaction(e.Number);
                continue;
            }
            var isLeft = (freeCount is not null || freeAmount is not null) && (freeCount is not { } count || taken < count) && (amountLeft is not { } left || left.Sign > 0);
            taken++;
            if (!isLeft) sum += Transaction(e.Number);
            else if (amountLeft is { } rest)
            {
                var free = Fraction.Min(e.Number, rest);
                amountLeft = rest - free;
                var wholly = exclusive ? e.Number < rest : e.Number <= rest;
                if (!wholly) sum += Transaction(e.Number - free);
            }
        }
        return sum;
    }

    private Fraction VolumePercentage(Fraction figure, IReadOnlyCollection<Measured> events)
    {
        if (IsFreeAtZero && figure.IsZero) return Fraction.Zero;
        var tier = Reached(figure);
        if (tier.Minimum is null && tier.Maximum is null) return (figure * tier.Rate / Hundred) + tier.FlatFee;
        var sum = tier.FlatFee;
        foreach (var e in events)
        {
            var cost = e.Number * tier.Rate / Hundred;
            if (e.Number.Sign >= 0 && tier.Minimum is { } minimum) cost = Fraction.Max(cost, minimum);
            if (e.Number.Sign >= 0 && tier.Maximum is { } maximum) cost = Fraction.Min(cost, maximum);
            sum += cost;
        }
        return sum;
    }

    private Fraction? CellPrice(string[] dimensions) => CellOf(dimensions) is >= 0 and var cell ? _cells[cell].Price : _json.NumberOrNone("default");

    private int CellOf(string[] dimensions)
    {
        for (var i = 0; i < _cells.Count; i++)
            if (_cells[i].When.All(w => w.Holds(Meter!, dimensions))) return i;
        return -1;
    }

    private Fraction Matrix(IEnumerable<Measured> events)
    {
        var sum = Fraction.Zero;
        foreach (var cell in events.GroupBy(e => CellOf(e.Dimensions)))
        {
            var price = cell.Key < 0 ? _json.Number("default") : _cells[cell.Key].Price;
            sum += price * Meter!.Converted(Meter.Raw([.. cell]));
        }
        return sum;
    }
}
