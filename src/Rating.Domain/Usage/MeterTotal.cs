using NodaTime;

namespace Rating.Domain.Usage;

/// <summary>The figure of one meter over the events of one period, terms and dimensions; totals of several partitions combine in any order.</summary>
public struct MeterTotal
{
    /// <summary>How many events went in.</summary>
    public uint Count;

    /// <summary>The sum, maximum, minimum or latest value, in 10^-9 units, as the aggregation says; where events are kept, the sum of their values.</summary>
    public Int128 Nano;

    /// <summary>What <see cref="Aggregation.Unique"/> and <see cref="Aggregation.Latest"/> need beside: a <see cref="HashSet{T}"/> of texts, or a <see cref="LatestStamp"/>; a <see cref="UsageRun"/> where events are kept.</summary>
    public object? More;

    /// <summary>Takes one event.</summary>
    public void Add(Aggregation aggregation, Quantity value, UsageRecord record, string uniqueText, Int128 scaled = default)
    {
        switch (aggregation)
        {
            case Aggregation.Count:
                break;
            case Aggregation.Sum or Aggregation.Average:
                Nano = checked(Nano + value.Nano);
                break;
            case Aggregation.TimeWeighted or Aggregation.Each or Aggregation.Calls:
                Nano = checked(Nano + value.Nano);
                ((UsageRun)(More ??= new UsageRun())).Add(new RunEntry(record.EventTime, record.Source, record.Id, value.Nano, scaled));
                break;
            case Aggregation.Max:
                if (Count == 0 || value.Nano > Nano) Nano = value.Nano;
                break;
            case Aggregation.Min:
                if (Count == 0 || value.Nano < Nano) Nano = value.Nano;
                break;
            case Aggregation.Unique:
                ((HashSet<string>)(More ??= new HashSet<string>(StringComparer.Ordinal))).Add(uniqueText);
                break;
            case Aggregation.Latest:
                var stamp = new LatestStamp(record.EventTime, record.Source, record.Id);
                if (More is not LatestStamp last || stamp.CompareTo(last) > 0) (Nano, More) = (value.Nano, stamp);
                break;
            default:
                throw new InvariantBrokenException($"aggregation {aggregation} has no rule");
        }

        Count = checked(Count + 1);
    }

    /// <summary>Takes another total of the same meter, period and terms.</summary>
    public void Combine(Aggregation aggregation, in MeterTotal other)
    {
        if (other.Count == 0) return;
        switch (aggregation)
        {
            case Aggregation.Count:
                break;
            case Aggregation.Sum or Aggregation.Average:
                Nano = checked(Nano + other.Nano);
                break;
            case Aggregation.TimeWeighted or Aggregation.Each or Aggregation.Calls:
                Nano = checked(Nano + other.Nano);
                More = More is UsageRun own ? UsageRun.Merge(own, (UsageRun)other.More!) : ((UsageRun)other.More!).Copy();
                break;
            case Aggregation.Max:
                if (Count == 0 || other.Nano > Nano) Nano = other.Nano;
                break;
            case Aggregation.Min:
                if (Count == 0 || other.Nano < Nano) Nano = other.Nano;
                break;
            case Aggregation.Unique:
                var union = new HashSet<string>((HashSet<string>)other.More!, StringComparer.Ordinal);
                if (More is HashSet<string> mine) union.UnionWith(mine);
                More = union;
                break;
            case Aggregation.Latest:
                if (More is not LatestStamp last || ((LatestStamp)other.More!).CompareTo(last) > 0) (Nano, More) = (other.Nano, other.More);
                break;
            default:
                throw new InvariantBrokenException($"aggregation {aggregation} has no rule");
        }

        Count = checked(Count + other.Count);
    }

    /// <summary>The figure, rounded to what a quantity holds (half up). What is priced is <see cref="MeterFigure"/>, which converts and rounds once.</summary>
    public readonly Quantity Figure(Aggregation aggregation) => aggregation switch
    {
        Aggregation.Count => Quantity.Of(Count),
        Aggregation.Unique => Quantity.Of(More is HashSet<string> set ? set.Count : 0),
        Aggregation.Average => new Quantity(Count == 0 ? 0 : ScaledNumber.DivideRounded(Nano, Count, RoundingMode.HalfUp)),
        _ => new Quantity(Nano),
    };

    /// <summary>A copy that shares nothing that can change.</summary>
    public readonly MeterTotal Copy() => this with { More = More switch { HashSet<string> set => new HashSet<string>(set, StringComparer.Ordinal), UsageRun run => run.Copy(), _ => More } };
}
