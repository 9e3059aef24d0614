using NodaTime;
using Rating.Domain;

namespace Rating.Engine.Store;

/// <summary>A file that was read to its end.</summary>
/// <param name="Tenant">Whose usage it holds.</param>
/// <param name="ContentHash">SHA-256 of its bytes and of the map's name, hexadecimal.</param>
/// <param name="Name">Its name.</param>
/// <param name="Rows">How many rows it has, refused ones included.</param>
/// <param name="At">When it was read.</param>
public sealed record ImportedFile(TenantId Tenant, string ContentHash, string Name, long Rows, Instant At);
