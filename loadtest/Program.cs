using Rating.Kafka;
using Rating.Loadtest;
using Rating.Loadtest.Local;
using Rating.Loadtest.Pipeline;
using Rating.Loadtest.Processes;
using Rating.Loadtest.Report;

// Asked first, here and in every child: Confluent.Kafka finds the library through it, and by itself would only say that it did not load.
var problem = Librdkafka.Problem;
if (args is [Children.Command, var kind, var settings]) return await Children.RunAsync(kind, settings);
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

const string buildFirst = "Build the solution first (dotnet build Rating.sln -c Release): it asks the package feed what there is, which a project alone does not.";
if (options.Command != Options.Local && problem is not null)
{
    Console.Error.WriteLine($"loadtest {options.Command}: {problem} {buildFirst}");
    return 2;
}

Directory.CreateDirectory(options.Out);
var figures = new List<Figure>();
#if RATING_ORLEANS
var cluster = Rating.Loadtest.Cluster.ClusterFigures.MeasureAsync;
#else
if (options.Command == Options.Cluster)
{
    Console.Error.WriteLine($"loadtest cluster: this program was built without Orleans, which its package feed lacks. {buildFirst}");
    return 2;
}

var cluster = PipelineFigures.MeasureAsync;
#endif
await foreach (var figure in (options.Command switch { Options.Local => LocalFigures.MeasureAsync, Options.Pipeline => PipelineFigures.MeasureAsync, _ => cluster })(options)) figures.Add(figure);
TableReport.Write(figures);
JsonReport.Write(figures, options);
SvgPlot.Write(figures, options);
PlainLines.Write(figures);
return 0;
