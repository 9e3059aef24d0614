using Rating.Tests.Contracts;
using Rating.Tests.Server;

namespace Rating.Tests.Processes;

/// <summary>The commands as a person or a script runs them: real processes, exit codes, one data folder.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [ProcessFact]
    public async Task The_demo_ends_with_the_figures_that_the_samples_work_out_by_hand()
    {
        var output = RatingProcess.Run(0, "demo", "--once", "--data", Data).Output;
        var readme = await File.ReadAllTextAsync(Path.Combine(RunningServer.Samples, "README.md"));
        Assert.Contains(output.TrimEnd().Split('\n')[^1], readme, StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetFiles(Path.Combine(Data, "invoices"), "*.html").Length);
        RatingProcess.Run(0, "audit", "--data", Data);
    }

    [ProcessTheory]
    [InlineData(2, "serve", "--urls", "http://0.0.0.0:8080")]
    [InlineData(2, "serve", "--urls", "http://192.168.1.1:8080")]
    [InlineData(2, "import")]
    [InlineData(2, "nonsense")]
    [InlineData(2, "close")]
    [InlineData(2, "close", "--all", "--account", "a")]
    [InlineData(1, "import", "there-is-no-such-file", "--map", "asterisk")]
    [InlineData(1, "import", "there-is-no-such-file", "--map", "no-such-map")]
    [InlineData(1, "catalog", "check", "there-is-no-such-file")]
    [InlineData(1, "catalog", "show")]
    [InlineData(1, "balance", "nobody")]
    [InlineData(3, "balance", "nobody", "--url", "http://127.0.0.1:1")]
    [InlineData(0, "reconcile", "--json")]
    [InlineData(0, "suspense")]
    [InlineData(0, "invoices")]
    public void Each_failure_has_its_exit_code(int expected, params string[] arguments)
    {
        var errors = RatingProcess.Run(expected, [.. arguments, "--data", Data]).Error;
        if (expected != 0) Assert.NotEmpty(errors);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [ProcessTheory]
    [InlineData("serve")]
    [InlineData("demo")]
    [InlineData("onboard")]
    [InlineData("import")]
    [InlineData("balance")]
    [InlineData("close")]
    [InlineData("billrun")]
    [InlineData("invoices")]
    [InlineData("reconcile")]
    [InlineData("suspense")]
    [InlineData("audit")]
    public void Help_teaches_with_an_example_and_the_exit_codes(string command)
    {
        var output = RatingProcess.Run(0, command, "--help").Output;
        Assert.Contains($"rating {command}", output, StringComparison.Ordinal);
        Assert.Contains("Exit codes: 0 done", output, StringComparison.Ordinal);
        Assert.Contains("--data", output, StringComparison.Ordinal);
    }
}
