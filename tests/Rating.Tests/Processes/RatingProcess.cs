using System.Diagnostics;
using System.Text;

namespace Rating.Tests.Processes;

/// <summary>The real program as a process of its own.</summary>
internal sealed class RatingProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private RatingProcess(Process process) => _process = process;

    /// <summary>The program: RATING_EXE as ./test sets it, else the one beside the tests.</summary>
    private static string Program => Environment.GetEnvironmentVariable("RATING_EXE") is { Length: > 0 } named ? named : Path.Combine(AppContext.BaseDirectory, "rating.dll");

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts it.</summary>
    public static RatingProcess Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(Program);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var process = new RatingProcess(Process.Start(start)!);
        process._process.ErrorDataReceived += (_, line) => process._errors.AppendLine(line.Data);
        process._process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        return await process.EndAsync();
    }

    /// <summary>Waits for its end.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> EndAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var output = await _process.StandardOutput.ReadToEndAsync(patience.Token);
        await _process.WaitForExitAsync(patience.Token);
        return (_process.ExitCode, output, _errors.ToString());
    }

    /// <summary>Reads its output up to a line with this text.</summary>
    public async Task<string> LineAsync(string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            if (line.Contains(text, StringComparison.Ordinal)) return line;
        throw new InvalidOperationException($"It ended without '{text}': {_errors}");
    }

    /// <summary>Kills it with SIGKILL: nothing of it runs any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to stop, as a service manager does.</summary>
    public async Task TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
