namespace Rating.Server.Cdr;

/// <summary>A column as a map names it: by its name in the header, or by its place.</summary>
/// <param name="Name">The name in the header or in the map's <c>columns</c>; for a column given by number, <c>column_N</c>.</param>
/// <param name="Number">The place, 1 for the first; 0 when only the header tells.</param>
public readonly record struct CdrColumn(string Name, int Number);
