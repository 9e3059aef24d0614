using System.Globalization;

namespace Rating.Loadtest;

/// <summary>What the command line asks for.</summary>
/// <param name="Command">Which table: <c>local</c>, <c>pipeline</c>, <c>cluster</c>.</param>
/// <param name="Quick">One pair and fewer records: a first look in about a minute.</param>
/// <param name="Out">Where the files go.</param>
/// <param name="Only">The figures asked for; empty for all.</param>
/// <param name="StagesOnly">Whether only the time per stage is wanted, as text; for comparing two builds.</param>
/// <param name="Profile">Whether row 1, or one silo, is run once more under a profiler.</param>
/// <param name="PairsAsked">How many pairs, when not five: a first look at full size.</param>
internal sealed record Options(string Command, bool Quick, string Out, IReadOnlySet<string> Only, bool StagesOnly, bool Profile, int? PairsAsked = null)
{
    public const string Local = "local", Pipeline = "pipeline", Cluster = "cluster";

    public const string Usage = """
        usage: loadtest local [--quick] [--pairs N] [--out DIR] [--only engine,import,idle,many] [--stages]
               loadtest pipeline [--quick] [--pairs N] [--out DIR] [--only 1,2,4,6,7,8,9] [--profile]
               loadtest cluster [--quick] [--pairs N] [--out DIR] [--only 3,one-silo,balance,account,outage,deaths] [--profile]
        """;

    public int Pairs => PairsAsked ?? (Quick ? 1 : 5);

    /// <summary>Whether a figure is asked for.</summary>
    public bool Wants(params IEnumerable<string> names) => Only.Count == 0 || names.Any(Only.Contains);

    public static Options? Parse(string[] args)
    {
        if (args.Length == 0 || args[0] is not (Local or Pipeline or Cluster)) return null;
        var options = new Options(args[0], false, Path.Combine("artifacts", "loadtest"), new HashSet<string>(StringComparer.Ordinal), false, false);
        for (var i = 1; i < args.Length; i++)
            switch (args[i])
            {
                case "--quick": options = options with { Quick = true }; break;
                case "--stages" when options.Command == Local: options = options with { StagesOnly = true }; break;
                case "--profile" when options.Command != Local: options = options with { Profile = true }; break;
                case "--pairs" when i + 1 < args.Length && int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var pairs) && pairs > 0: i++; options = options with { PairsAsked = pairs }; break;
                case "--out" when i + 1 < args.Length: options = options with { Out = args[++i] }; break;
                case "--only" when i + 1 < args.Length: options = options with { Only = args[++i].Split(',').ToHashSet(StringComparer.Ordinal) }; break;
                default: return null;
            }

        return options;
    }
}
