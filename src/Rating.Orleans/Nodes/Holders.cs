using Orleans.Runtime;
using Rating.Domain;
using Rating.Engine.Partitions;

namespace Rating.Orleans.Nodes;

/// <summary>What this process knows of the partitions that others serve: which subscriptions have usage there, so that a running charge asks only those, and how much.</summary>
/// <remarks>A byte per subscription and partition. Nothing of it is stored: it is told again by whoever opens a partition, from the totals that it has loaded.</remarks>
internal sealed class Holders(int partitions, TimeProvider time)
{
    private static readonly TimeSpan AgeMax = TimeSpan.FromMilliseconds(Limits.HoldingsAgeMillisMax);
    private readonly Known?[] _known = new Known?[partitions];

    /// <summary>What to ask of a silo: for each partition the epoch under which it is known (-1: it is not), and how many changes of it.</summary>
    public (long[] Epochs, long[] Versions) Cursor() => ([.. _known.Select(known => known?.Epoch ?? -1)], [.. _known.Select(known => known?.Version ?? 0)]);

    /// <summary>Whether a partition has, for certain, no usage of a subscription when it works with the book up to a sequence.</summary>
    /// <returns>How many records of the partition are not in that yet; null when it must be asked.</returns>
    public long? LacksAsOf(int partition, int subscription, long bookSequence) =>
        Volatile.Read(ref _known[partition]) is { } known && known.BookSequence >= bookSequence && time.GetElapsedTime(known.AsOf) <= AgeMax && known.WeightOf(subscription) == 0 ? known.Lag : null;

    /// <summary>0 when a subscription has had no usage in a partition, as far as is known; else the more the more records there are.</summary>
    public byte WeightOf(int partition, int subscription) => Volatile.Read(ref _known[partition])?.WeightOf(subscription) ?? 0;

    /// <summary>The silo that serves a partition, as far as is known.</summary>
    public SiloAddress? SiloOf(int partition) => Volatile.Read(ref _known[partition])?.Silo;

    /// <summary>Takes what a partition told.</summary>
    /// <param name="partition">Which.</param>
    /// <param name="silo">The silo that serves it.</param>
    /// <param name="told">What it told.</param>
    /// <param name="asked">When it was asked, as a timestamp: it may have been so from then on.</param>
    public void Take(int partition, SiloAddress silo, PartitionHoldings told, long asked)
    {
        lock (_known)
        {
            var before = _known[partition];
            // An owner before, which does not know yet that it is none any more; or the answer to a question that has been answered since.
            if (told.Epoch < before?.Epoch) return;
            if (told.Since >= 0 && (told.Epoch != before?.Epoch || told.Since != before.Version)) return;
            var weights = told.Since < 0 ? [] : before!.Weights;
            foreach (var (subscription, weight) in told.Read())
            {
                if (subscription >= weights.Length) Array.Resize(ref weights, Math.Max(subscription + 1, weights.Length * 2));
                weights[subscription] = weight;
            }

            Volatile.Write(ref _known[partition], new Known(silo, told.Epoch, told.Version, weights, told.BookSequence, told.Lag, asked));
        }
    }

    private sealed record Known(SiloAddress Silo, long Epoch, long Version, byte[] Weights, long BookSequence, long Lag, long AsOf)
    {
        public byte WeightOf(int subscription) => subscription < Weights.Length ? Weights[subscription] : (byte)0;
    }
}
