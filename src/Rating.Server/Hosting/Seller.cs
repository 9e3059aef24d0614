namespace Rating.Server.Hosting;

/// <summary>Who sends the invoices, as printed on them.</summary>
/// <param name="Name">The name; empty when none is set, and then the price book's name is printed.</param>
/// <param name="Address">Its address, tax numbers and the like, a line each.</param>
internal sealed record Seller(string Name, IReadOnlyList<string> Address)
{
    /// <summary>None is set.</summary>
    public static readonly Seller None = new("", []);

    /// <summary>The file in the data folder that says it: the name on the first line, what is printed under it on the others.</summary>
    public const string File = "seller.txt";

    /// <summary>Reads the file of a data folder.</summary>
    public static Seller Read(string folder)
    {
        var path = Path.Combine(folder, File);
        if (!System.IO.File.Exists(path)) return None;
        var lines = System.IO.File.ReadAllLines(path).Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        return lines.Count == 0 ? None : new Seller(lines[0], [.. lines.Skip(1)]);
    }
}
