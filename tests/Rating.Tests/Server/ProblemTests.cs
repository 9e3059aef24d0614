using System.Net;
using System.Text;

namespace Rating.Tests.Server;

/// <summary>What callers are told who ask for what cannot be done.</summary>
public sealed class ProblemTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Theory]
    [InlineData("GET", "/v1/nothing", "", 404, "request.path")]
    [InlineData("DELETE", "/v1/events", "", 405, "request.path")]
    [InlineData("GET", "/v1/subscriptions/nobody", "", 404, "subscription.unknown")]
    [InlineData("GET", "/v1/subscriptions/nobody/balance", "", 404, "subscription.unknown")]
    [InlineData("GET", "/v1/subscriptions/nobody/snapshots", "", 404, "subscription.unknown")]
    [InlineData("POST", "/v1/subscriptions/nobody/close", "{}", 404, "subscription.unknown")]
    [InlineData("POST", "/v1/accounts/nobody/close", "{}", 404, "account.unknown")]
    [InlineData("POST", "/v1/billrun", """{"account":"nobody"}""", 404, "account.unknown")]
    [InlineData("GET", "/v1/accounts/nobody", "", 404, "account.unknown")]
    [InlineData("GET", "/v1/subjects/nobody", "", 404, "subject.unknown")]
    [InlineData("GET", "/v1/invoices/77", "", 404, "invoice.unknown")]
    [InlineData("GET", "/v1/invoices/abc", "", 404, "invoice.unknown")]
    [InlineData("GET", "/v1/invoices/99999999999999999999.html", "", 404, "invoice.unknown")]
    [InlineData("GET", "/v1/invoices?limit=x", "", 400, "request.invalid")]
    [InlineData("POST", "/v1/close", """{"through":"tomorrow"}""", 400, "request.date")]
    [InlineData("POST", "/v1/close", """{"trough":"2026-04-01"}""", 400, "request.json")]
    [InlineData("POST", "/v1/close", "{", 400, "request.json")]
    [InlineData("POST", "/v1/close", """{"through":"2026-06-01"}""", 409, "close.early")]
    [InlineData("POST", "/v1/suspense/void", """{"positions":[{"partition":99,"position":0}]}""", 400, "request.positions")]
    [InlineData("PUT", "/v1/accounts/a", """{"id":"b"}""", 400, "request.name")]
    [InlineData("PUT", "/v1/accounts/a", """{"nmae":"b"}""", 422, "document.member.unknown")]
    [InlineData("PUT", "/v1/accounts/a", "[]", 400, "request.json")]
    [InlineData("PUT", "/v1/subscriptions/s", """{"account":"acme","start":"2026-03-01","changes":[{"plan":"nothing"}]}""", 422, "plan.unknown")]
    [InlineData("PUT", "/v1/subscriptions/acme-office", """{"account":"harbour","timeZone":"Europe/Berlin","start":"2026-03-01","changes":[{"plan":"team"}]}""", 409, "subscription.fixed")]
    [InlineData("PUT", "/v1/subjects/493", """{"subscription":"nobody","from":"2026-03-01T00:00:00Z"}""", 422, "subscription.unknown")]
    [InlineData("PUT", "/v1/subjects/493", """{"subscription":"acme-office","from":"yesterday"}""", 422, "document.time")]
    [InlineData("POST", "/v1/parties", "not json", 400, "request.json")]
    [InlineData("PUT", "/v1/catalog", "{}", 422, "document.member.missing")]
    [InlineData("PUT", "/v1/catalog?effectiveFrom=soon", "{}", 400, "request.date")]
    public async Task Each_refusal_has_its_status_and_code(string method, string path, string body, int status, string code)
    {
        var (found, problem) = await server.SendAsync(new HttpMethod(method), path, body.Length == 0 ? "-" : "application/json", Encoding.UTF8.GetBytes(body));
        Assert.Equal((status, code), ((int)found, (string?)problem!["code"]));
        Assert.Equal(status, (int)problem["status"]!);
        Assert.NotEmpty((string)problem["detail"]!);
    }

    [Fact]
    public async Task The_place_of_a_fault_is_told_in_the_terms_of_the_body_that_came()
    {
        var (_, problem) = await server.SendAsync(HttpMethod.Put, "/v1/subscriptions/s", "application/json", """{"account":"acme","start":"2026-03-01","changes":[{"plan":"nothing"}]}"""u8.ToArray());
        Assert.Equal("changes[0].plan", (string?)problem!["where"]);
        Assert.StartsWith("changes[0].plan: ", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host", "rating.example", 403)]
    [InlineData("Host", "localhost", 200)]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "http://localhost:1234", 200)]
    public async Task A_web_page_of_somebody_else_cannot_use_the_server(string header, string value, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/status");
        request.Headers.TryAddWithoutValidation(header, value);
        using var response = await server.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
    }

    [Fact]
    public async Task It_lives_and_is_ready()
    {
        Assert.Equal("live", await server.Http.GetStringAsync("/health/live"));
        Assert.Equal("ready", await server.Http.GetStringAsync("/health/ready"));
        Assert.Contains("/v1/invoices", await server.Http.GetStringAsync("/"), StringComparison.Ordinal);
    }
}
