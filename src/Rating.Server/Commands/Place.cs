namespace Rating.Server.Commands;

/// <summary>What a command works on.</summary>
/// <param name="Data">The data folder.</param>
/// <param name="Tenant">Whose data.</param>
/// <param name="Url">A server; null for the one that holds the folder, or none.</param>
/// <param name="IsDefaultData">Whether nobody named the folder.</param>
internal sealed record Place(string Data, string Tenant, string? Url, bool IsDefaultData);
