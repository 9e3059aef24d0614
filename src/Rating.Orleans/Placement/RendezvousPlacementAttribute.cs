using Orleans.Placement;

namespace Rating.Orleans.Placement;

/// <summary>Asks for <see cref="RendezvousPlacement"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RendezvousPlacementAttribute() : PlacementAttribute(new RendezvousPlacement());
