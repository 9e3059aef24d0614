using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Server.Hosting;
using Rating.Tests.Docs;
using Rating.Tests.Server;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Rating.Tests.Serve;

/// <summary>What can be known of the files in <c>docker/</c> without a container engine: their settings are settings, nothing in them is secret, and nobody outside reaches the port.</summary>
public sealed partial class DockerFilesTests
{
    private static readonly string Folder = Path.Combine(DocumentPage.Root, "docker");

    public static TheoryData<string> ComposeFiles => [.. Directory.GetFiles(Folder, "compose*.yaml").Select(file => new FileInfo(file).Name).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(ComposeFiles))]
    public void The_server_would_take_its_settings(string file)
    {
        using var compose = Read(file);
        var servers = 0;
        foreach (var service in Services(compose).Where(service => service.Value.TryGetProperty("build", out _) || Text(service.Value, "image") == "rating"))
        {
            var command = Command(service.Value);
            if (command.Count == 0 || command[0] != "serve") continue;
            servers++;
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(Environment(service.Value).Select(one => KeyValuePair.Create(one.Name.Replace("__", ":", StringComparison.Ordinal), (string?)HereFor(service.Name, one.Value)))).Build();
            var settings = ServeSettings.Of(configuration, After(command, "--log"), After(command, "--store"), new TenantId("house"), command.Contains("--cluster"));
            Assert.Equal((LogKind.Kafka, StoreKind.Postgres), (settings.Log, settings.Store));
            settings.Reach.Parse(After(command, "--urls")!);
        }

        Assert.NotEqual(0, servers);
    }

    [Fact]
    public void A_pod_would_take_its_settings()
    {
        using var text = File.OpenText(Path.Combine(Folder, "k8s", "rating.yaml"));
        var documents = new List<JsonElement>();
        var parser = new Parser(text);
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _)) documents.Add(JsonDocument.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(new DeserializerBuilder().Build().Deserialize<object>(parser)!)).RootElement);
        var container = documents.Single(one => Text(one, "kind") == "Deployment").GetProperty("spec").GetProperty("template").GetProperty("spec").GetProperty("containers")[0];
        List<string> command = [.. container.GetProperty("args").EnumerateArray().Select(word => word.ToString())];
        // What the cluster fills in: the pod's own address, a secret.
        var environment = container.GetProperty("env").EnumerateArray().Where(one => Text(one, "name")!.StartsWith("RATING__", StringComparison.Ordinal))
            .Select(one => KeyValuePair.Create(Text(one, "name")!.Replace("__", ":", StringComparison.Ordinal), Text(one, "value") ?? "10.0.0.1"));
        var settings = ServeSettings.Of(new ConfigurationBuilder().AddInMemoryCollection(environment!).Build(), After(command, "--log"), After(command, "--store"), new TenantId("house"), command.Contains("--cluster"));
        Assert.Equal((LogKind.Kafka, StoreKind.Postgres, "10.0.0.1"), (settings.Log, settings.Store, settings.Cluster!.Address.ToString()));
        settings.Reach.Parse(After(command, "--urls")!);
    }

    [Fact]
    public async Task The_load_generator_sends_usage_that_is_rated_under_ids_that_do_not_repeat()
    {
        using var server = await RunningServer.StartAsync(SystemClock.Instance.GetCurrentInstant());
        try
        {
            var before = await server.EndsAsync();
            for (var run = 0; run < 2; run++)
            {
                var start = new ProcessStartInfo(Path.Combine(Folder, "load"), server.Http.BaseAddress!.Host) { RedirectStandardOutput = true, UseShellExecute = false };
                (start.Environment["RATING_PORT"], start.Environment["RATING_ROUNDS"], start.Environment["RATING_BATCH"]) = (server.Http.BaseAddress.Port.ToString(CultureInfo.InvariantCulture), "2", "5");
                using var load = Process.Start(start)!;
                var output = await load.StandardOutput.ReadToEndAsync();
                await load.WaitForExitAsync();
                Assert.Equal("5 events acknowledged\n10 events acknowledged\n", output);
            }

            Assert.Equal(Enumerable.Repeat((Verdict.Rated, VerdictReason.None), 20), await server.VerdictsAfterAsync(before));
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(ComposeFiles))]
    public void No_password_stands_in_a_file(string file)
    {
        using var compose = Read(file);
        foreach (var (name, service) in Services(compose))
            foreach (var (variable, value) in Environment(service))
            {
                Assert.True(!Secret().IsMatch(variable) || value.StartsWith("${", StringComparison.Ordinal), $"{file}: {name} has {variable} in the file");
                Assert.DoesNotContain("Password=", value, StringComparison.OrdinalIgnoreCase);
            }
    }

    [Theory]
    [MemberData(nameof(ComposeFiles))]
    public void Ports_are_published_on_the_loopback_address_only(string file)
    {
        using var compose = Read(file);
        foreach (var (name, service) in Services(compose))
            if (service.TryGetProperty("ports", out var ports))
                Assert.All(ports.EnumerateArray(), port => Assert.True(port.GetString()!.StartsWith("127.0.0.1:", StringComparison.Ordinal), $"{file}: {name} publishes {port}"));
    }

    [Fact]
    public void The_image_runs_as_a_user_without_rights_and_says_whether_it_lives()
    {
        var lines = File.ReadAllLines(Path.Combine(Folder, "Dockerfile"));
        var last = lines[Array.FindLastIndex(lines, line => line.StartsWith("FROM ", StringComparison.Ordinal))..];
        Assert.Matches("^USER [1-9][0-9]*:[1-9][0-9]*$", Assert.Single(last, line => line.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.Single(last, line => line.StartsWith("HEALTHCHECK ", StringComparison.Ordinal));
    }

    // Compose files may have anchors and merges, which Rating's own reader of YAML does not take.
    private static JsonDocument Read(string file)
    {
        using var text = File.OpenText(Path.Combine(Folder, file));
        var tree = new DeserializerBuilder().Build().Deserialize<object>(new MergingParser(new Parser(text)));
        return JsonDocument.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(tree));
    }

    private static IEnumerable<(string Name, JsonElement Value)> Services(JsonDocument compose) => compose.RootElement.GetProperty("services").EnumerateObject().Select(service => (service.Name, service.Value));

    private static IEnumerable<(string Name, string Value)> Environment(JsonElement service) =>
        service.TryGetProperty("environment", out var environment) ? environment.EnumerateObject().Select(one => (one.Name, one.Value.ToString())) : [];

    private static List<string> Command(JsonElement service) => service.TryGetProperty("command", out var command) ? [.. command.EnumerateArray().Select(word => word.ToString())] : [];

    // A service's own name is an address in its network only.
    private static string HereFor(string service, string value) => value == service ? "127.0.0.1" : value;

    private static string? After(List<string> command, string option) => command.IndexOf(option) is >= 0 and var at ? command[at + 1] : null;

    private static string? Text(JsonElement service, string name) => service.TryGetProperty(name, out var value) ? value.ToString() : null;

    [GeneratedRegex("PASSWORD|SECRET|TOKEN|KEY$", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
