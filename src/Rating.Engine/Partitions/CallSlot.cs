using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>The calls of one subscription to one destination: which (by its place in <see cref="SlotKeys"/>), and their total.</summary>
internal struct CallSlot
{
    public int Key;

    /// <summary>Whether it changed since the last checkpoint.</summary>
    public bool IsDirty;

    public CallTotal Total;
}
