using System.Diagnostics;
using Rating.Loadtest.Processes;

namespace Rating.Loadtest.Pipeline;

/// <summary>Where the engine's time goes: one more run under Linux' <c>perf</c>, with the names of compiled methods, as a text file.</summary>
internal static class Profile
{
    private static readonly string[] Reports = ["dso", "symbol"];

    /// <summary>Rates a topic under perf.</summary>
    /// <returns>The file; null when there is no perf on this machine.</returns>
    public static async Task<string?> TakeAsync(Bench bench, Options options, TopicRun run)
    {
        var data = Path.GetFullPath(Path.Combine(options.Out, $"{options.Command}-profile.perf"));
        // Compiled code is mapped once: perf knows no names in a second mapping.
        var named = new Dictionary<string, string> { ["DOTNET_PerfMapEnabled"] = "1", ["DOTNET_EnableWriteXorExecute"] = "0" };
        using var side = new ChildProcess(EngineProcess.Kind, bench.WithDatabases(run, await bench.CustomersAsync()), named);
        await side.AnswerAsync<double>();
        Process perf;
        try
        {
            perf = Process.Start(new ProcessStartInfo("perf", ["record", "-q", "-F", "999", "-o", data, "-p", $"{side.Id}"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Progress.Say("  no profile: there is no perf on this machine (Debian: apt-get install linux-perf)");
            return null;
        }

        await side.AskAsync<TopicOutcome>(EngineProcess.Rate);
        // It ends with the process that it watches.
        side.Dispose();
        await perf.WaitForExitAsync();
        var text = Path.ChangeExtension(data, ".txt");
        await using (var file = new StreamWriter(text))
            foreach (var sort in Reports) await file.WriteLineAsync(await ReportAsync(data, sort));
        File.Delete(data);
        return text;
    }

    private static async Task<string> ReportAsync(string data, string sort)
    {
        using var report = Process.Start(new ProcessStartInfo("perf", ["report", "-i", data, "--stdio", "-q", "--sort", sort, "--percent-limit", "0.4"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = report.StandardOutput.ReadToEndAsync();
        await report.StandardError.ReadToEndAsync();
        await report.WaitForExitAsync();
        return await said;
    }
}
