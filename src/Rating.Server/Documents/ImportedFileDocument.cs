namespace Rating.Server.Documents;

/// <summary>A file that was read to its end.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">How many rows it had.</param>
/// <param name="At">When; given by the server.</param>
internal sealed record ImportedFileDocument(string Name, long Rows, string? At = null);
