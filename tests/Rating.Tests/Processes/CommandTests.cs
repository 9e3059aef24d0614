using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rating.Tests.Contracts;
using Rating.Tests.Server;

namespace Rating.Tests.Processes;

/// <summary>The commands as a person or a script runs them: real processes, exit codes, one data folder.</summary>
public sealed class CommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.File("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_demo_ends_with_the_figures_that_the_samples_work_out_by_hand()
    {
        var (exitCode, output, errors) = await RatingProcess.RunAsync("demo", "--once", "--data", Data);
        Assert.True(exitCode == 0, errors + output);
        var readme = await File.ReadAllTextAsync(Path.Combine(RunningServer.Samples, "README.md"));
        Assert.Contains(output.TrimEnd().Split('\n')[^1], readme, StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetFiles(Path.Combine(Data, "invoices"), "*.html").Length);
        var audit = await RatingProcess.RunAsync("audit", "--data", Data);
        Assert.True(audit.ExitCode == 0, audit.Output + audit.Errors);
    }

    [Fact]
    public async Task A_server_gets_ready_takes_the_commands_of_its_folder_and_stops_when_asked()
    {
        using var server = RatingProcess.Start("serve", "--data", Data, "--urls", "http://127.0.0.1:0");
        var url = await UrlAsync(server);
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        await ReadyAsync(http);
        // The folder is held: this command goes through the server.
        var put = await RatingProcess.RunAsync("catalog", "put", Path.Combine(RunningServer.Samples, "price-book.yaml"), "--data", Data, "--json");
        Assert.True(put.ExitCode == 0, put.Errors);
        Assert.Equal(1, (int)JsonNode.Parse(put.Output)!["version"]!);
        Assert.Contains("Northwind", await http.GetStringAsync("/v1/catalog"), StringComparison.Ordinal);
        var second = await RatingProcess.RunAsync("serve", "--data", Data, "--urls", "http://127.0.0.1:0");
        Assert.Equal(1, second.ExitCode);
        Assert.Contains(url, second.Errors, StringComparison.Ordinal);
        var other = await RatingProcess.RunAsync("balance", "x", "--data", Data, "--tenant", "somebody");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("serves tenant 'default'", other.Errors, StringComparison.Ordinal);
        await server.TerminateAsync();
        Assert.Equal(0, (await server.EndAsync()).ExitCode);
        Assert.Equal(0, (await RatingProcess.RunAsync("reconcile", "--data", Data)).ExitCode);
    }

    [Theory]
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
    public async Task Each_failure_has_its_exit_code(int expected, params string[] arguments)
    {
        var (exitCode, output, errors) = await RatingProcess.RunAsync([.. arguments, "--data", Data]);
        Assert.True(exitCode == expected, $"exit {exitCode}: {output}{errors}");
        if (expected != 0) Assert.NotEmpty(errors);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Theory]
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
    public async Task Help_teaches_with_an_example_and_the_exit_codes(string command)
    {
        var (exitCode, output, _) = await RatingProcess.RunAsync(command, "--help");
        Assert.Equal(0, exitCode);
        Assert.Contains($"rating {command}", output, StringComparison.Ordinal);
        Assert.Contains("Exit codes: 0 done", output, StringComparison.Ordinal);
        Assert.Contains("--data", output, StringComparison.Ordinal);
    }

    internal static async Task<string> UrlAsync(RatingProcess server) =>
        Regex.Match(await server.LineAsync("answers at"), @"http://[\d.:]+", RegexOptions.None, TimeSpan.FromSeconds(1)).Value;

    internal static async Task ReadyAsync(HttpClient http)
    {
        for (var i = 0; i < 100_000; i++)
            if ((await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode) return;
        Assert.Fail("It never got ready.");
    }
}
