namespace Rating.Engine.HandOff;

/// <summary>A message on its way out. It may arrive more than once, always with the same id.</summary>
/// <param name="Stream">Which of the streams it belongs to.</param>
/// <param name="Id">Its stable id: whoever has seen it passes it over.</param>
/// <param name="Key">What keeps its order among messages of the same key.</param>
/// <param name="ContentType">What the payload is.</param>
/// <param name="Headers">What is said about it beside the payload.</param>
/// <param name="Payload">Its bytes; null when they are gone.</param>
public sealed record OutgoingMessage(OutgoingStream Stream, string Id, string Key, string ContentType, IReadOnlyList<(string Name, string Value)> Headers, ReadOnlyMemory<byte>? Payload);
