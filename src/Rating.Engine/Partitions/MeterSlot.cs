using Rating.Domain.Usage;

namespace Rating.Engine.Partitions;

/// <summary>One figure of one subscription: which (by its place in <see cref="SlotKeys"/>), and its total.</summary>
internal struct MeterSlot
{
    public int Key;

    /// <summary>Whether it changed since the last checkpoint.</summary>
    public bool IsDirty;

    public MeterTotal Total;
}
