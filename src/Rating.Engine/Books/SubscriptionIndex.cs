using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Rating.Engine.Books;

/// <summary>A tenant's subscriptions by id, in the order in which they came: places of entries, which hold their ids themselves, because the entries of a dictionary took more memory than the ids.</summary>
/// <remarks>Read and written under the book's lock.</remarks>
internal sealed class SubscriptionIndex(IReadOnlyList<SubscriptionEntry> entries) : IReadOnlyDictionary<string, SubscriptionEntry>
{
    private readonly List<int> _places = [];
    // One more than a place; 0 where there is none.
    private int[] _slots = new int[16];

    public int Count => _places.Count;

    public IEnumerable<SubscriptionEntry> Values => _places.Select(place => entries[place]);

    public IEnumerable<string> Keys => Values.Select(entry => entry.Id.Value);

    public SubscriptionEntry this[string key] => TryGetValue(key, out var entry) ? entry : throw new KeyNotFoundException($"there is no subscription '{key}'");

    public bool ContainsKey(string key) => _slots[SlotOf(key)] != 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out SubscriptionEntry value)
    {
        var slot = _slots[SlotOf(key)];
        value = slot == 0 ? null : entries[slot - 1];
        return slot != 0;
    }

    public IEnumerator<KeyValuePair<string, SubscriptionEntry>> GetEnumerator() => Values.Select(entry => KeyValuePair.Create(entry.Id.Value, entry)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds a subscription with a new id.</summary>
    public void Add(SubscriptionEntry entry)
    {
        _places.Add(entry.Index);
        if (_places.Count * 4L > _slots.Length * 3L)
        {
            _slots = new int[_slots.Length + _slots.Length / 3];
            foreach (var place in _places) _slots[SlotOf(entries[place].Id.Value)] = place + 1;
        }
        else _slots[SlotOf(entry.Id.Value)] = entry.Index + 1;
    }

    // Where an id is, or would be.
    private int SlotOf(string id)
    {
        var at = (int)(unchecked((uint)id.GetHashCode(StringComparison.Ordinal)) * (ulong)_slots.Length >> 32);
        while (_slots[at] != 0 && !string.Equals(entries[_slots[at] - 1].Id.Value, id, StringComparison.Ordinal)) at = at + 1 == _slots.Length ? 0 : at + 1;
        return at;
    }
}
