using System.Text;
using Orleans.Runtime;

namespace Rating.Orleans.Placement;

/// <summary>Which of several silos something belongs to: the one with the highest hash of both. All silos say the same, and when one goes or comes only what is its own moves.</summary>
public static class Rendezvous
{
    /// <summary>The silo of a partition.</summary>
    public static SiloAddress OfPartition(int partition, IReadOnlyList<SiloAddress> silos) => Of($"partition/{partition}", silos);

    /// <summary>The silo of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="silos">The silos that live; at least one.</param>
    public static SiloAddress Of(string name, IReadOnlyList<SiloAddress> silos)
    {
        var best = silos[0];
        var highest = 0UL;
        foreach (var silo in silos)
        {
            var hash = Hash($"{silo.ToParsableString()} {name}");
            if (hash < highest || (hash == highest && silo.CompareTo(best) > 0)) continue;
            (best, highest) = (silo, hash);
        }

        return best;
    }

    // FNV-1a, then mixed so that all bits of the name reach the highest ones, which decide.
    private static ulong Hash(string text)
    {
        unchecked
        {
            var hash = 14695981039346656037UL;
            foreach (var b in Encoding.UTF8.GetBytes(text)) hash = (hash ^ b) * 1099511628211UL;
            hash ^= hash >> 33;
            hash *= 0xFF51AFD7ED558CCDUL;
            hash ^= hash >> 33;
            hash *= 0xC4CEB9FE1A85EC53UL;
            return hash ^ hash >> 33;
        }
    }
}
