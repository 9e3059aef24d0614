using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Rating.Tests;

/// <summary>The rules of DESIGN.md 8 about who may depend on whom, read from what was compiled.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>What a project may refer to beside the framework. A project that is not listed is an adapter.</summary>
    private static readonly Dictionary<string, string[]> MayReferTo = new()
    {
        ["Rating.Domain"] = ["NodaTime"],
        ["Rating.Engine"] = ["NodaTime", "Rating.Domain"],
    };

    /// <summary>Assemblies by the start of their name, and the one project that may name them. Any other package, too, belongs to one project.</summary>
    private static readonly (string Assemblies, string Project)[] Owners =
    [
        ("Microsoft.Data.Sqlite", "Rating.Sqlite"),
        ("SQLitePCLRaw", "Rating.Sqlite"),
        ("Npgsql", "Rating.Postgres"),
        ("Confluent.Kafka", "Rating.Kafka"),
        ("Orleans", "Rating.Orleans"),
        ("Microsoft.AspNetCore", "Rating.Server"),
        ("OpenTelemetry", "Rating.Server"),
        ("Spectre.Console", "Rating.Server"),
        ("System.CommandLine", "Rating.Server"),
    ];

    /// <summary>Time and randomness come in as arguments.</summary>
    private static readonly string[] ClocksAndDice =
    [
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.Environment.get_TickCount", "System.Environment.get_TickCount64",
        "System.TimeProvider.get_System", "NodaTime.SystemClock.get_Instance",
        "System.Guid.NewGuid", "System.Guid.CreateVersion7",
        "System.Random.", "System.Security.Cryptography.RandomNumberGenerator.",
    ];

    private static readonly string[] NamesThatSayNothing = ["Core", "Common", "Shared", "Utils", "Helpers"];

    private static readonly string Root = FindRoot();

    private static readonly string Framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    [Fact]
    public void Domain_refers_to_NodaTime_and_the_framework_only() => ReferencesStayWithin("Rating.Domain");

    [Fact]
    public void Engine_refers_to_Domain_and_no_outside_technology() => ReferencesStayWithin("Rating.Engine");

    [Fact]
    public void Adapters_refer_to_Engine_and_Domain_and_never_to_each_other() =>
        None(from project in Projects("src")
             where project.Name is not ("Rating.Domain" or "Rating.Engine" or "Rating.Audit" or "Rating.Server")
             from reference in project.References()
             where IsOurs(reference) && reference is not ("Rating.Engine" or "Rating.Domain")
             select $"{project.Name} refers to {reference}");

    [Fact]
    public void Audit_shares_no_code_with_what_it_audits() =>
        None(from reference in Project("Rating.Audit").References()
             where IsOurs(reference)
             select $"Rating.Audit refers to {reference}");

    [Fact]
    public void An_outside_technology_is_named_in_one_project()
    {
        var uses = (from project in Projects("src")
                    from reference in project.References()
                    where !IsOurs(reference) && !IsFramework(reference) && reference != "NodaTime"
                    select (project.Name, Reference: reference)).ToList();
        var elsewhere = from use in uses
                        from owner in Owners
                        where IsOrStartsWith(use.Reference, owner.Assemblies) && use.Name != owner.Project
                        select $"{use.Name} refers to {use.Reference}, which belongs to {owner.Project}";
        var shared = from use in uses
                     where !IsOrStartsWith(use.Reference, "Microsoft.Extensions")
                     group use.Name by use.Reference into projects
                     where projects.Count() > 1
                     select $"{projects.Key} is named in {string.Join(" and ", projects)}";
        None(elsewhere.Concat(shared));
    }

    [Theory]
    [InlineData("Rating.Domain")]
    [InlineData("Rating.Engine")]
    public void Time_and_randomness_come_in_as_arguments(string project)
    {
        using var assembly = Project(project).Open();
        None(from use in assembly.MemberUses()
             from forbidden in ClocksAndDice
             where forbidden.EndsWith('.') ? use.Member.StartsWith(forbidden, StringComparison.Ordinal) : use.Member == forbidden
             select $"{use.Where} uses {use.Member}");
    }

    [Fact]
    public void Domain_computes_without_binary_floating_point()
    {
        using var assembly = Project("Rating.Domain").Open();
        None(assembly.FloatingPointUses());
    }

    [Fact]
    public void Domain_does_no_input_and_output_and_nothing_asynchronous()
    {
        using var assembly = Project("Rating.Domain").Open();
        None(from type in assembly.ForeignTypes
             where Impure().IsMatch(type)
             select $"Rating.Domain uses {type}");
    }

    [Fact]
    public void No_project_or_namespace_has_a_name_that_says_nothing() =>
        None(from project in Projects("src").Concat(Projects("tests"))
             from name in project.Namespaces().Append(project.Name)
             where name.Split('.').Intersect(NamesThatSayNothing).Any()
             select $"{project.Name}: {name}");

    [Fact]
    public void Tests_wait_for_events_and_never_for_time() =>
        None(from project in Projects("tests")
             from use in project.MemberUses()
             where use.Member is "System.Threading.Tasks.Task.Delay" or "System.Threading.Thread.Sleep"
             select $"{use.Where} uses {use.Member}");

    [Fact]
    public void A_source_file_has_one_public_type_and_its_name() =>
        None(from project in Projects("src")
             from file in Sources(project.Folder)
             let types = PublicType().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value).Distinct().ToList()
             where types.Count > 1 || (types.Count == 1 && types[0] != Path.GetFileName(file).Split('.', '{')[0])
             select $"{Path.GetRelativePath(Root, file)} has {string.Join(", ", types)}");

    /// <summary>The rules above prove nothing unless the reader sees what it looks for.</summary>
    [Fact]
    public void The_reader_sees_clocks_and_floating_point_in_compiled_code()
    {
        using var assembly = new CompiledAssembly(typeof(ArchitectureTests).Assembly.Location);
        var members = assembly.MemberUses().Where(use => use.Where.Contains(nameof(Specimen), StringComparison.Ordinal)).Select(use => use.Member).ToList();
        Assert.Contains("System.DateTime.get_UtcNow", members);
        Assert.Contains("System.Random..ctor", members);
        var floats = assembly.FloatingPointUses().Where(use => use.Contains(nameof(Specimen), StringComparison.Ordinal)).ToList();
        Assert.Contains(floats, use => use.Contains("Ratio>k__BackingField (field)", StringComparison.Ordinal));
        Assert.Contains(floats, use => use.EndsWith(".Signature (signature)", StringComparison.Ordinal));
        Assert.Contains(floats, use => use.Contains(".Literal (ldc.r8)", StringComparison.Ordinal));
        Assert.Contains(floats, use => use.Contains(".Hidden (uses System.TimeSpan.get_TotalDays)", StringComparison.Ordinal));
        Assert.DoesNotContain(floats, use => use.Contains(".Exact ", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^System\.(Net\.|Threading\.Tasks\.|Console$|IO\.(?!StringReader$|StringWriter$|TextReader$|TextWriter$))")]
    private static partial Regex Impure();

    /// <remarks>A type in column 0: with file-scoped namespaces those are the top-level ones.</remarks>
    [GeneratedRegex(@"^public\s+(?:(?:static|sealed|abstract|readonly|partial|ref|unsafe)\s+)*(?:class|interface|enum|(?:record\s+)?struct|record(?:\s+class)?|delegate\s+[\w<>\[\],.? ]+?)\s+(?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex PublicType();

    private static void ReferencesStayWithin(string project) =>
        None(from reference in Project(project).References()
             where !IsFramework(reference) && !MayReferTo[project].Contains(reference)
             select $"{project} refers to {reference}");

    private static bool IsOurs(string assembly) => IsOrStartsWith(assembly, "Rating") || assembly == "rating";

    /// <summary>Part of the plain runtime; ASP.NET Core is an outside technology here.</summary>
    private static bool IsFramework(string assembly) => File.Exists(Path.Combine(Framework, assembly + ".dll"));

    private static bool IsOrStartsWith(string assembly, string name) =>
        assembly == name || assembly.StartsWith(name + ".", StringComparison.Ordinal);

    private static SourceProject Project(string name) => Projects("src").Single(project => project.Name == name);

    private static IEnumerable<SourceProject> Projects(string folder) =>
        from file in Directory.GetFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories)
        select new SourceProject(file);

    private static IEnumerable<string> Sources(string folder) =>
        from file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        let parts = Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)
        where parts[0] is not ("bin" or "obj")
        select file;

    private static void None(IEnumerable<string> violations)
    {
        var list = violations.Distinct().Order(StringComparer.Ordinal).ToList();
        if (list.Count > 0)
            Assert.Fail(string.Join(Environment.NewLine, list));
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rating.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"No Rating.sln above {AppContext.BaseDirectory}.");
        return folder;
    }

    /// <summary>A project in the checkout, and what the build made of it in the configuration of this test run.</summary>
    private sealed class SourceProject(string file)
    {
        public string Name { get; } = Path.GetFileNameWithoutExtension(file);

        public string Folder { get; } = Path.GetDirectoryName(file)!;

        public CompiledAssembly Open()
        {
            var output = (XDocument.Load(file).Descendants("AssemblyName").FirstOrDefault()?.Value ?? Name) + ".dll";
            var framework = new DirectoryInfo(AppContext.BaseDirectory);
            var path = Path.Combine(Folder, "bin", framework.Parent!.Name, framework.Name, output);
            return File.Exists(path) ? new CompiledAssembly(path) : throw new FileNotFoundException($"{Name} is not built; build Rating.sln first.", path);
        }

        public List<string> References() => Read(assembly => assembly.References);

        public List<string> Namespaces() => Read(assembly => assembly.Namespaces);

        public List<(string Where, string Member)> MemberUses() => Read(assembly => assembly.MemberUses());

        private List<T> Read<T>(Func<CompiledAssembly, IEnumerable<T>> read)
        {
            using var assembly = Open();
            return read(assembly).ToList();
        }
    }

    /// <summary>Never called: compiled for the reader to look at.</summary>
    private sealed class Specimen
    {
        public double? Ratio { get; set; }

        public static DateTime Clock() => DateTime.UtcNow;

        public static int Dice() => new Random().Next();

        public static void Signature(List<float> values) => values.Clear();

        public static decimal Literal(int part) => (decimal)(part * 0.1);

        public static long Hidden(TimeSpan time) => (long)time.TotalDays;

        public static decimal Exact(decimal amount) => decimal.Round(amount * 1.19m, 2);
    }
}
