using Rating.Loadtest;
using Rating.Loadtest.Local;
using Rating.Loadtest.Report;

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

if (options.StagesOnly)
{
    foreach (var (stage, micros) in await Stages.MeasureAsync(400_000, 100_000)) Console.Out.WriteLine($"{micros:0.00} {stage}");
    return 0;
}

if (options.Child is { } subscriptions) return await ManySubscriptions.ChildAsync(subscriptions, options);
Directory.CreateDirectory(options.Out);
var figures = new List<Figure>();
foreach (var (name, measure) in LocalFigures.All)
{
    if (options.Only.Count > 0 && !options.Only.Contains(name)) continue;
    Progress.Say($"{name} ...");
    await foreach (var figure in measure(options)) figures.Add(figure);
}

TableReport.Write(figures);
JsonReport.Write(figures, options);
SvgPlot.Write(figures, options);
PlainLines.Write(figures);
return 0;
