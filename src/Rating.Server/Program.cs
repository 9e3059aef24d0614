using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Rating.Server.Commands;

var root = new RootCommand($"""
    Rating: real-time rating and billing of usage.

    From your own CDR file to an invoice:
      rating catalog put price-book.yaml
      rating onboard customers.csv
      rating import calls.csv --map asterisk
      rating balance SUBSCRIPTION
      rating close --all --through 2026-04-01
      rating invoices 1 --html invoice.html

    See it work first: rating demo

    {ExitCode.Help}
    """);
RatingCommand[] commands =
[
    new ServeCommand(), new DemoCommand(), new OnboardCommand(), new ImportCommand(), new QuoteCommand(), new BalanceCommand(), new CloseCommand(), new BillRunCommand(), new InvoicesCommand(), new ReconcileCommand(), new TaxesCommand(),
    new SuspenseCommand(), new AuditCommand(),
];
foreach (var command in commands) root.Subcommands.Add(command);
root.Subcommands.Add(CatalogCommand.Create());
var parsed = root.Parse(args);
// Long descriptions stand under their own command; the list has a sentence each.
if (parsed.Action is HelpAction && parsed.CommandResult.Command == root)
    foreach (var command in commands) command.Description = command.About;
var isUsageError = parsed.Action is ParseErrorAction;
var code = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(55) });
return isUsageError ? ExitCode.Usage : code;
