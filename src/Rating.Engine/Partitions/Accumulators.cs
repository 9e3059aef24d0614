namespace Rating.Engine.Partitions;

/// <summary>The running totals of a partition, by the place of their subscription in the book: in chunks instead of an object each, because most have one figure or two.</summary>
/// <remarks>Read and written under the partition's gate; but weights, which stand apart for that, can be read by anybody. A chunk never moves.</remarks>
internal sealed class Accumulators
{
    private const int ChunkSize = 512;
    // One more than where the totals are, 0 for nowhere; below zero where they changed since the last checkpoint.
    private int[] _places = [];
    private byte[] _weights = [];
    private readonly List<Accumulator[]> _chunks = [];
    private int _count;

    /// <summary>The subscriptions that have totals, even if they are empty.</summary>
    public IEnumerable<int> Subscriptions => Enumerable.Range(0, _places.Length).Where(Has);

    /// <summary>The subscriptions that have a weight, with it.</summary>
    public IEnumerable<(int Subscription, byte Weight)> Weights => Volatile.Read(ref _weights).Select((weight, subscription) => (subscription, weight)).Where(one => one.weight > 0);

    /// <summary>The totals of a subscription that has some.</summary>
    public ref Accumulator this[int subscription] => ref At(Math.Abs(_places[subscription]) - 1);

    /// <summary>Whether a subscription has totals.</summary>
    public bool Has(int subscription) => subscription < _places.Length && _places[subscription] != 0;

    /// <summary>Whether a subscription has totals that are not empty.</summary>
    public bool HasAny(int subscription) => Has(subscription) && !this[subscription].IsEmpty;

    /// <summary>A subscription's totals, made where it has none.</summary>
    /// <param name="subscription">Its place in the book.</param>
    /// <param name="subscriptions">How many there are: room is made for all.</param>
    public ref Accumulator Of(int subscription, int subscriptions)
    {
        if (Has(subscription)) return ref this[subscription];
        if (subscription >= _places.Length)
        {
            var length = Math.Max(subscription + 1, Math.Max(_places.Length * 2, subscriptions));
            Array.Resize(ref _places, length);
            var weights = new byte[length];
            _weights.CopyTo(weights, 0);
            Volatile.Write(ref _weights, weights);
        }

        if (_count % ChunkSize == 0) _chunks.Add(new Accumulator[ChunkSize]);
        _places[subscription] = ++_count;
        ref var made = ref At(_count - 1);
        made = new Accumulator();
        return ref made;
    }

    /// <summary>Marks a subscription's totals as changed since the last checkpoint.</summary>
    /// <returns>Whether they were not marked.</returns>
    public bool Mark(int subscription)
    {
        if (_places[subscription] < 0) return false;
        _places[subscription] = -_places[subscription];
        return true;
    }

    /// <summary>Takes note that a subscription's totals are stored.</summary>
    public void Stored(int subscription)
    {
        _places[subscription] = Math.Abs(_places[subscription]);
        this[subscription].Stored();
    }

    /// <summary>0 before a subscription's first usage, else the more the more records are in its totals: as it was told to other processes.</summary>
    public byte WeightOf(int subscription) => Volatile.Read(ref _weights) is var weights && subscription < weights.Length ? weights[subscription] : (byte)0;

    /// <summary>Gives a subscription that has totals a weight.</summary>
    public void Weigh(int subscription, byte weight) => _weights[subscription] = weight;

    private ref Accumulator At(int place) => ref _chunks[place / ChunkSize][place % ChunkSize];
}
