using System.CommandLine;
using Rating.Domain;
using Rating.Server.Cdr;
using Rating.Server.Documents;
using Rating.Server.Files;
using Rating.Server.Hosting;
using Rating.Server.Importing;
using Spectre.Console;

namespace Rating.Server.Commands;

/// <summary><c>demo</c>: the sample provider from price book to invoice, through the same API and the same commands that a user has.</summary>
internal sealed class DemoCommand : RatingCommand
{
    private const string Through = "2026-04-01";
    private readonly Option<bool> _once = new("--once") { Description = "Run unattended to the invoices, compare them with samples/expected-invoices.json, and end." };
    private readonly Option<string> _urls = new("--urls") { Description = "Where to answer; port 0 takes a free one.", HelpName = "URL", DefaultValueFactory = _ => "http://127.0.0.1:0" };

    /// <summary>Makes the command.</summary>
    public DemoCommand()
        : base("demo", "Shows the whole way with a made-up provider: price book, customers, a CDR file, events over HTTP, running charges; with --once up to the invoices.", """
            It works in a temporary folder, or in the one that --data names. samples/README.md works its figures out by hand.

            Example:
              rating demo
              rating demo --once
            """)
    {
        Options.Add(_once);
        Options.Add(_urls);
    }

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(ParseResult parsed, Place at, Terminal terminal, CancellationToken cancellation)
    {
        var samples = FindSamples();
        var folder = at.IsDefaultData ? Directory.CreateTempSubdirectory("rating-demo-").FullName : at.Data;
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, Seller.File), "Northwind Voice\nMusterallee 1, 10117 Berlin\nThe sample provider: everything here is made up\n", cancellation);
        await using var own = await FolderHost.OpenAsync(folder, parsed.GetValue(_urls)!, new TenantId(at.Tenant), serve: true, verbose: false, cancellation);
        terminal.Line($"Serving at {own.Host.Url}, data in {folder}");
        await own.Host.Loaded.WaitAsync(cancellation);
        using var client = new RatingClient(own.Host.Url);
        var usage = new DemoUsage(client, File.ReadLines(Path.Combine(samples, "usage", "events.ndjson")).Where(line => line.Length > 0).ToList());
        await OnboardAsync(client, samples, terminal, cancellation);
        var import = await ImportAsync(client, samples, folder, terminal, cancellation);
        if (!parsed.GetValue(_once))
        {
            await ShowAsync(client, usage, folder, terminal, cancellation);
            return ExitCode.Done;
        }

        await usage.PostAllAsync(cancellation);
        terminal.Line($"Posted {usage.Received} CloudEvents over HTTP: single, in binary mode, and as a batch.");
        await CaughtUpAsync(client, cancellation);
        var balance = await client.GetAsync<BalanceDocument>("/v1/subscriptions/acme-office/balance", cancellation);
        terminal.Line($"Running charge of acme-office: {balance.Charge} {balance.Currency} in {balance.Periods.Count} open periods; March so far {balance.Periods[0].Charge}");
        var outcome = await CloseCommand.CloseAsync(client, null, null, Through, (_, _) => { }, cancellation);
        terminal.Line($"Closed {outcome.SnapshotCount} periods through {Through}.");
        return await FinishAsync(client, outcome, import.Received + usage.Received, samples, folder, terminal, cancellation);
    }

    private static async Task OnboardAsync(RatingClient client, string samples, Terminal terminal, CancellationToken cancellation)
    {
        var book = await client.SendJsonAsync(HttpMethod.Put, "/v1/catalog", CatalogFile.Read(Path.Combine(samples, "price-book.yaml")), cancellation);
        terminal.Line($"Price book: {book}");
        var customers = CustomersFile.Read(Path.Combine(samples, "customers.csv"));
        await OnboardCommand.OnboardAsync(client, customers, cancellation);
        terminal.Line($"Customers: {customers.Counts.Accounts} accounts, {customers.Counts.Subscriptions} subscriptions, {customers.Counts.Subjects} numbers and devices.");
    }

    private static async Task<ImportRun> ImportAsync(RatingClient client, string samples, string folder, Terminal terminal, CancellationToken cancellation)
    {
        // A copy: the refused rows are written beside the file, and the samples stay as they are.
        var file = Path.Combine(folder, "asterisk-2026-03.csv");
        File.Copy(Path.Combine(samples, "cdr", "asterisk-2026-03.csv"), file, overwrite: true);
        var import = new ImportRun(client, CdrMap.Load("asterisk"), null);
        var (counts, refused) = await import.ReadAsync(file, _ => { }, cancellation);
        terminal.Line($"CDR file: {counts.Rows} rows, {counts.Refused} refused{(refused is null ? "" : $" (see {refused})")}.");
        return import;
    }

    private static async Task<int> FinishAsync(RatingClient client, CloseOutcomeDocument outcome, long received, string samples, string folder, Terminal terminal, CancellationToken cancellation)
    {
        foreach (var invoice in outcome.Invoices)
            terminal.Line($"Invoice {invoice.Number}: {invoice.Account} {invoice.Total} {invoice.Currency}, {await InvoicesCommand.WriteFilesAsync(client, invoice.Number, Path.Combine(folder, "invoices"), cancellation)}");
        var invoices = new List<InvoiceDocument>();
        foreach (var invoice in outcome.Invoices) invoices.Add(InvoiceDocument.Read(await client.TextAsync($"/v1/invoices/{Uri.EscapeDataString(invoice.Number)}", cancellation)));
        var report = await client.GetAsync<ReconciliationDocument>("/v1/reconciliation", cancellation);
        var wrong = DemoExpectation.Compare(samples, invoices, received, report);
        foreach (var line in wrong) Console.Error.WriteLine(line);
        terminal.Line(wrong.Count == 0 ? "The invoices are those of samples/expected-invoices.json, line by line." : $"{wrong.Count} figures are not as expected.");
        var (verdicts, difference) = (report.Verdicts, Math.Max(report.Difference, Math.Abs(received - report.Verdicts.Sum)));
        var total = invoices.Sum(invoice => decimal.Parse(invoice.Total, System.Globalization.CultureInfo.InvariantCulture));
        var currency = invoices.Count > 0 ? invoices[0].Currency : "EUR";
        var last = $"received={received} rated={verdicts.Rated} late={verdicts.Late} notbillable={verdicts.NotBillable} duplicate={verdicts.Duplicate} suspended={verdicts.Suspended} rejected={verdicts.Rejected} difference={difference} invoices={invoices.Count} total={total} {currency}";
        terminal.Result(new { received, verdicts, difference, invoices = outcome.Invoices, total = $"{total}", currency, wrong, folder }, _ => Console.Out.WriteLine(last));
        return wrong.Count == 0 && difference == 0 ? ExitCode.Done : ExitCode.CheckFailed;
    }

    // Usage trickles in while a table of running charges is drawn anew.
    private static async Task ShowAsync(RatingClient client, DemoUsage usage, string folder, Terminal terminal, CancellationToken cancellation)
    {
        var subscriptions = await client.GetAsync<List<SubscriptionDocument>>("/v1/subscriptions", cancellation);
        terminal.Line($"\nLook at {client.Url} (invoices, suspense, reconciliation, OpenAPI).\nIn another terminal:  rating close --all --through {Through} --data {folder}\nCtrl-C ends the demo.\n");
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(700));
        try
        {
            await terminal.Out.Live(await TableAsync(client, subscriptions, usage, cancellation)).StartAsync(async live =>
            {
                while (await tick.WaitForNextTickAsync(cancellation))
                {
                    await usage.PostNextAsync(cancellation);
                    live.UpdateTarget(await TableAsync(client, subscriptions, usage, cancellation));
                }
            });
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            terminal.Line($"The data stay in {folder}");
        }
    }

    private static async Task<Table> TableAsync(RatingClient client, List<SubscriptionDocument> subscriptions, DemoUsage usage, CancellationToken cancellation)
    {
        var table = Terminal.TableOf("subscription", "account", "period", ">running charge", "", "latest event", ">behind the log");
        table.Caption = new TableTitle($"{usage.Received} of {usage.Count} events posted");
        foreach (var subscription in subscriptions)
        {
            var balance = await client.GetAsync<BalanceDocument>($"/v1/subscriptions/{Uri.EscapeDataString(subscription.Id)}/balance", cancellation);
            foreach (var period in balance.Periods.Take(2))
                Terminal.Row(table, subscription.Id, subscription.Account, $"{period.Period.Start} to {period.Period.End}", $"{period.Charge}", balance.Currency, balance.LatestEventTime ?? "", $"{balance.LagRecords}");
        }

        return table;
    }

    private static async Task CaughtUpAsync(RatingClient client, CancellationToken cancellation)
    {
        while ((await client.GetAsync<StatusDocument>("/v1/status", cancellation)).Partitions.Any(partition => partition.Lag > 0))
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation);
    }

    // Beside the program, or above it in a checkout.
    private static string FindSamples()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "samples", "price-book.yaml"))) return Path.Combine(folder.FullName, "samples");
        throw new Refused("samples.missing", "The samples are neither beside the program nor in a folder above it.");
    }
}
