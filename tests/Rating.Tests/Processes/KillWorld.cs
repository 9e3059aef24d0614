using System.Globalization;
using System.Text.Json;
using Rating.Tests.Contracts;

namespace Rating.Tests.Processes;

/// <summary>What rounds of killing start from and are compared with: a folder before the import, one after it, and the results and durations of a run that nobody disturbed.</summary>
public sealed class KillWorld : IAsyncLifetime, IDisposable
{
    private const int Accounts = 250;
    private const int Rows = 30_000;
    private readonly TemporaryFolder _folder = new();

    /// <summary><c>RATING_SEED</c>, else always the same.</summary>
    public int Seed { get; } = Number("RATING_SEED", 20260301);

    /// <summary>A short list; <c>RATING_ROUNDS=20</c> runs all.</summary>
    public static int Rounds { get; } = Number("RATING_ROUNDS", 3);

    /// <summary>The CDR file.</summary>
    public string Calls => _folder.File("calls.csv");

    internal TimeSpan ImportTook { get; set; }

    internal TimeSpan ServedImportTook { get; set; }

    internal TimeSpan CloseTook { get; set; }

    /// <summary>What an import of the whole file counts as received.</summary>
    internal long Received { get; private set; }

    internal Counts Undisturbed { get; private set; } = null!;

    internal SortedDictionary<string, string> Invoices { get; private set; } = [];

    /// <summary>A new folder with price book and customers.</summary>
    public string BeforeImport(string name) => Copy("before", name);

    /// <summary>A new folder with everything imported.</summary>
    public string AfterImport(string name) => Copy("after", name);

    public async Task InitializeAsync()
    {
        if (RatingProgram.Missing is not null) return;
        await File.WriteAllTextAsync(Calls, ProcessData.Calls(Seed, Accounts, Rows));
        await File.WriteAllTextAsync(_folder.File("customers.csv"), ProcessData.Customers(Accounts));
        RatingProcess.Run(0, "catalog", "put", RatingProgram.Sample("price-book.yaml"), "--data", _folder.File("before"));
        RatingProcess.Run(0, "onboard", _folder.File("customers.csv"), "--data", _folder.File("before"));

        var served = BeforeImport("served");
        var (server, _) = await RatingProcess.ServeAsync(served);
        using (server)
        {
            ServedImportTook = RatingProcess.Run(0, Import(served)).Ran;
            server.Terminate(0);
        }

        var data = BeforeImport("undisturbed");
        var import = RatingProcess.Run(0, [.. Import(data), "--json"]);
        ImportTook = import.Ran;
        using (var document = JsonDocument.Parse(import.Output)) Received = document.RootElement.GetProperty("received").GetInt64();
        CopyFolder(data, _folder.File("after"));
        CloseTook = RatingProcess.Run(0, Close(data)).Ran;
        (Undisturbed, Invoices) = Results(data);
        Assert.True(Undisturbed.Rated > Rows * 9 / 10 && Undisturbed is { NotBillable: > 100, Duplicate: > 10, Suspended: > 10, Rejected: > 0, Late: 0 }, $"The file has not all that it should have: {Undisturbed}");
        Assert.Equal(Received, Undisturbed.Sum);
        Assert.Equal(Accounts, Invoices.Count);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    internal string[] Import(string data) => ["import", Calls, "--map", "asterisk", "--data", data];

    internal static string[] Close(string data) => ["close", "--all", "--through", "2026-04-01", "--data", data];

    /// <summary>Audit and reconciliation must be clean; the counts and the invoices as they are stored.</summary>
    internal static (Counts Counts, SortedDictionary<string, string> Invoices) Results(string data)
    {
        RatingProcess.Run(0, "audit", "--data", data);
        var verdicts = RatingProcess.Json("reconcile", "--data", data).GetProperty("verdicts");
        long Of(string name) => verdicts.GetProperty(name).GetInt64();
        var folder = data + "-invoices";
        RatingProcess.Run(0, "invoices", "--out", folder, "--data", data);
        var invoices = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(folder, "*.json")) invoices[Path.GetFileName(file)] = File.ReadAllText(file);
        return (new Counts(Of("rated"), Of("late"), Of("notBillable"), Of("duplicate"), Of("suspended"), Of("rejected")), invoices);
    }

    private static int Number(string variable, int otherwise) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private string Copy(string from, string name)
    {
        CopyFolder(_folder.File(from), _folder.File(name));
        return _folder.File(name);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    internal sealed record Counts(long Rated, long Late, long NotBillable, long Duplicate, long Suspended, long Rejected)
    {
        public long Sum => Rated + Late + NotBillable + Duplicate + Suspended + Rejected;
    }
}
