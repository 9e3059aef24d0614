using System.Text.Json.Nodes;
using Rating.Domain;
using Rating.Server.Commands;
using Rating.Server.Files;
using Rating.Tests.Contracts;

namespace Rating.Tests.Server;

/// <summary>Customers from a CSV file: what is wrong is named by line and column, and then nothing is recorded.</summary>
public sealed class CustomersFileTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private const string Header = "account,account_name,subscription,plan,start,end,time_zone,quantities,numbers\n";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("x,X,x-1,team,2026-13-01,,,,", "line 2, column start", "csv.invalid")]
    [InlineData("x,X,x-1,team,2026-03-01,,Europe/Atlantis,,", "line 2, column time_zone", "csv.invalid")]
    [InlineData("x,X,x-1,team,2026-03-01,,,seats,", "line 2, column quantities", "csv.invalid")]
    [InlineData("x,X,x-1,team,2026-03-01,,,seats=1;seats=2,", "line 2, column quantities", "csv.invalid")]
    [InlineData("x,X,,team,2026-03-01,,,,", "line 2, column subscription", "csv.invalid")]
    [InlineData("x,X,x-1,team,2026-03-01,,,,\nx,Y,x-2,team,2026-03-01,,,,", "line 3, column account_name", "csv.invalid")]
    [InlineData("x,X,x-1,team,2026-03-01,,,,\ny,Y,y-1,team,2026-03-01,,,,\"1\n2\"\nz,Z,z-1,platinum,2026-03-01,,,,", "line 5, column plan", "plan.unknown")]
    [InlineData("x,X,x-1,team,2026-03-01,2026-02-01,,,", "line 2, column subscription", "subscription.dates")]
    [InlineData("x,X,x-1,team,2026-03-01,,,seats=-1,", "line 2, column quantities", "quantity.negative")]
    [InlineData("x,X,x-1,team,2026-03-01,,,,\nx,X,x-1,team,2026-03-01,,,,", "line 3, column subscription", "subscription.twice")]
    [InlineData("x,X,x-1,team", "line 2", "csv.invalid")]
    public async Task A_fault_is_named_by_line_and_column_and_nothing_is_recorded(string rows, string where, string code)
    {
        var before = await server.Http.GetStringAsync("/v1/status");
        var refused = await Assert.ThrowsAsync<Refused>(async () => await OnboardCommand.OnboardAsync(server.Client, CustomersFile.Read(Written(Header + rows)), CancellationToken.None));
        Assert.Equal(code, refused.Code);
        Assert.EndsWith(where, refused.Where, StringComparison.Ordinal);
        Assert.Equal((long)JsonNode.Parse(before)!["bookSequence"]!, (long)(await server.Client.GetAsync<JsonNode>("/v1/status", CancellationToken.None))["bookSequence"]!);
    }

    [Theory]
    [InlineData("account,plan,start\n", "column subscription")]
    [InlineData("account,subscription,plan,start,colour\n", "column colour")]
    [InlineData("account,subscription,plan,start,start\n", "column start")]
    public void A_header_must_have_its_columns_and_no_other(string header, string where) =>
        Assert.EndsWith(where, Assert.Throws<Refused>(() => CustomersFile.Read(Written(header + "a,b,c,d,e\n"))).Where, StringComparison.Ordinal);

    [Fact]
    public async Task Usage_that_waited_for_its_number_is_rated_after_onboarding()
    {
        await server.PostAsync("application/cloudevents+json", """{"specversion":"1.0","id":"waits","source":"https://sms.test","type":"sms.sent","subject":"49900","time":"2026-03-20T10:00:00Z"}""");
        var outcome = await OnboardCommand.OnboardAsync(server.Client, CustomersFile.Read(Written(Header + "late,Late Ltd,late-1,team,2026-03-01,,Europe/Berlin,seats=2,49900 49901\n")), CancellationToken.None);
        Assert.Equal(1, outcome.Resolved);
        var subject = await server.Client.GetAsync<JsonNode>("/v1/subjects/49900", CancellationToken.None);
        Assert.Equal("2026-02-28T23:00:00Z", (string?)subject["assignments"]![0]!["from"]);
    }

    [Fact]
    public async Task The_same_customers_twice_are_the_same_customers()
    {
        var customers = CustomersFile.Read(Path.Combine(RunningServer.Samples, "customers.csv"));
        await OnboardCommand.OnboardAsync(server.Client, customers, CancellationToken.None);
        Assert.Equal("12", (string?)(await server.Client.GetAsync<JsonNode>("/v1/subscriptions/acme-office", CancellationToken.None))["changes"]![0]!["quantities"]!["seats"]);
    }

    private string Written(string text)
    {
        var path = _folder.File("customers.csv");
        File.WriteAllText(path, text);
        return path;
    }
}
