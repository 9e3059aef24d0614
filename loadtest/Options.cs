namespace Rating.Loadtest;

/// <summary>What the command line asks for.</summary>
/// <param name="Quick">One pair and fewer records: a first look in about a minute.</param>
/// <param name="Out">Where the files go.</param>
/// <param name="Only">The figures asked for; empty for all.</param>
/// <param name="StagesOnly">Whether only the time per stage is wanted, as text; for comparing two builds.</param>
/// <param name="Child">Set in a process of row 8: how many subscriptions it has.</param>
internal sealed record Options(bool Quick, string Out, IReadOnlySet<string> Only, bool StagesOnly, int? Child)
{
    public const string Usage = "usage: loadtest local [--quick] [--out DIR] [--only engine,import,idle,many] [--stages]";

    public int Pairs => Quick ? 1 : 5;

    public static Options? Parse(string[] args)
    {
        if (args.Length == 0 || args[0] != "local") return null;
        var options = new Options(false, Path.Combine("artifacts", "loadtest"), new HashSet<string>(StringComparer.Ordinal), false, null);
        for (var i = 1; i < args.Length; i++)
            switch (args[i])
            {
                case "--quick": options = options with { Quick = true }; break;
                case "--stages": options = options with { StagesOnly = true }; break;
                case "--out" when i + 1 < args.Length: options = options with { Out = args[++i] }; break;
                case "--only" when i + 1 < args.Length: options = options with { Only = args[++i].Split(',').ToHashSet(StringComparer.Ordinal) }; break;
                case "--child" when i + 1 < args.Length && int.TryParse(args[i + 1], out var subscriptions): i++; options = options with { Child = subscriptions }; break;
                default: return null;
            }

        return options;
    }
}
