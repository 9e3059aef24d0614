using System.Text.Json;
using Rating.Tests.Contracts;

namespace Rating.Tests.Processes;

/// <summary>From one's own CDR file to an invoice, command by command, as a person types it and as a script does.</summary>
public sealed class TutorialTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TutorialTests()
    {
        File.WriteAllText(_folder.File("calls.csv"), ProcessData.Calls(11, 2, 400));
        File.WriteAllText(_folder.File("customers.csv"), ProcessData.Customers(2));
    }

    public void Dispose() => _folder.Dispose();

    [ProcessFact]
    public void A_person_is_led_from_a_file_to_an_invoice()
    {
        Assert.Contains("version 1, in force from 2026-01-01, EUR", Say("catalog", "put", RatingProgram.Sample("price-book.yaml")), StringComparison.Ordinal);
        Assert.Contains("2 accounts, 4 subscriptions, 8 numbers and devices", Say("onboard", _folder.File("customers.csv")), StringComparison.Ordinal);

        var import = Say("import", _folder.File("calls.csv"), "--map", "asterisk");
        Assert.Contains("received=", import, StringComparison.Ordinal);
        Assert.Contains("1 numbers belong to nobody", import, StringComparison.Ordinal);
        Assert.Contains(ProcessData.Unknown, import, StringComparison.Ordinal);
        Assert.Contains("rating onboard", import, StringComparison.Ordinal);
        Assert.Contains("passed over", Say("import", _folder.File("calls.csv"), "--map", "asterisk"), StringComparison.Ordinal);
        Assert.Contains("unknownSubject", Say("suspense"), StringComparison.Ordinal);

        GiveTheUnknownNumber();
        Assert.Matches(@"Of \d+ records in suspense \d+ are rated now", Say("onboard", _folder.File("customers.csv")));
        Assert.Matches(@"Of \d+ records 0 left suspense", Say("suspense", "retry"));
        Assert.DoesNotContain("unknownSubject", Say("suspense"), StringComparison.Ordinal);
        Assert.Contains("a0000-s0", Say("balance", "a0000-s0"), StringComparison.Ordinal);

        Assert.Contains("4 periods closed, 2 invoices made.", Say("close", "--all", "--through", "2026-04-01"), StringComparison.Ordinal);
        Assert.Contains("0 periods closed, 0 invoices made.", Say("close", "--all", "--through", "2026-04-01"), StringComparison.Ordinal);
        var invoices = Say("invoices");
        Assert.Contains("INV-000001", invoices, StringComparison.Ordinal);
        Assert.Contains("INV-000002", invoices, StringComparison.Ordinal);
        Assert.Contains("Total ", Say("invoices", "1", "--html", _folder.File("invoice.html")), StringComparison.Ordinal);
        var page = File.ReadAllText(_folder.File("invoice.html"));
        Assert.Contains("INV-000001", page, StringComparison.Ordinal);
        Assert.Contains("<html", page, StringComparison.Ordinal);
        Assert.Contains("difference=0", Say("reconcile"), StringComparison.Ordinal);
        Assert.Contains("; 0 findings.", Say("audit"), StringComparison.Ordinal);
        Assert.Contains("0 invoices made.", Say("billrun"), StringComparison.Ordinal);
    }

    [ProcessFact]
    public void A_script_gets_the_same_as_json()
    {
        Ask("catalog", "check", RatingProgram.Sample("price-book.yaml"));
        Assert.Equal(1, Ask("catalog", "put", RatingProgram.Sample("price-book.yaml")).GetProperty("version").GetInt32());
        Ask("catalog", "show");
        Assert.Equal(4, Ask("onboard", _folder.File("customers.csv")).GetProperty("subscriptions").GetInt32());

        var import = Ask("import", _folder.File("calls.csv"), "--map", "asterisk");
        var unknown = Assert.Single(import.GetProperty("unknownNumbers").EnumerateArray());
        Assert.Equal(ProcessData.Unknown, unknown.GetProperty("subject").GetString());
        var waiting = unknown.GetProperty("count").GetInt64();
        Assert.Equal(0, Ask("import", _folder.File("calls.csv"), "--map", "asterisk").GetProperty("received").GetInt64());
        var suspended = Ask("suspense", "--records", "5").GetProperty("count").GetInt64();

        GiveTheUnknownNumber();
        Assert.Equal(waiting, Ask("onboard", _folder.File("customers.csv")).GetProperty("suspense").GetProperty("resolved").GetInt64());
        Assert.Equal(suspended - waiting, Ask("suspense", "retry").GetProperty("tried").GetInt64());
        Assert.Equal("EUR", Ask("balance", "a0000-s0").GetProperty("currency").GetString());

        var closed = Ask("close", "--all", "--through", "2026-04-01");
        Assert.Equal((4, 2), (closed.GetProperty("snapshots").GetArrayLength(), closed.GetProperty("invoices").GetArrayLength()));
        Assert.Equal(2, Ask("invoices").GetArrayLength());
        Assert.Equal("INV-000001", Ask("invoices", "1", "--html", _folder.File("invoice.html")).GetProperty("number").GetString());
        Assert.True(File.Exists(_folder.File("invoice.html")));
        Assert.Equal(0, Ask("reconcile").GetProperty("difference").GetInt64());
        Assert.Equal(0, Ask("audit").GetProperty("findingsCount").GetInt32());
        Assert.Equal(0, Ask("billrun").GetArrayLength());

        // A refusal is JSON, too, and changes nothing.
        Assert.Equal("subscription.unknown", RatingProcess.Json(1, [.. With("balance", "nobody")]).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("usage", RatingProcess.Json(2, [.. With("close")]).GetProperty("error").GetProperty("code").GetString());
        RatingProcess.Run(2, "no-such-command");
    }

    private void GiveTheUnknownNumber()
    {
        var customers = File.ReadAllLines(_folder.File("customers.csv"));
        customers[1] += $" {ProcessData.Unknown}";
        File.WriteAllLines(_folder.File("customers.csv"), customers);
    }

    private string Say(params string[] arguments) => RatingProcess.Run(0, With(arguments)).Output;

    private JsonElement Ask(params string[] arguments) => RatingProcess.Json(With(arguments));

    private string[] With(params string[] arguments) => [.. arguments, "--data", _folder.File("data")];
}
