using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Rating.TestKit;

/// <summary>A real process of the program. Its output is kept, to be shown with a failure.</summary>
public sealed class RatingProcess : IDisposable
{
    private readonly Process _process;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly StringBuilder _output = new(), _error = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _arguments;
    private readonly List<(string Text, TaskCompletionSource Said)> _awaited = [];
    private int? _exitCode;

    private RatingProcess(IReadOnlyDictionary<string, string> environment, string[] arguments, string? dll = null)
    {
        _arguments = string.Join(' ', arguments);
        var start = new ProcessStartInfo(Dotnet()) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(dll ?? RatingProgram.Dll!);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // Usage of tests is of months that are over: they close them when they are ready.
        if (dll is null) start.Environment["RATING__CALENDARSECONDS"] = "0";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_error, line.Data);
        _process.Start();
        Id = _process.Id;
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id { get; }

    /// <summary>How long it has run, or ran.</summary>
    public TimeSpan Ran => _clock.Elapsed;

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    public string Error
    {
        get
        {
            lock (_error) return _error.ToString();
        }
    }

    /// <summary>Everything about it, for people.</summary>
    public override string ToString() => $"$ rating {_arguments}\n{Output}{Error}{(_exitCode is { } code ? $"(exit code {code} after {Ran.TotalMilliseconds:0} ms)" : "(runs)")}\n";

    /// <summary>Starts the program.</summary>
    public static RatingProcess Start(params string[] arguments) => new(new Dictionary<string, string>(), arguments);

    /// <summary>Starts the program with variables in its environment.</summary>
    public static RatingProcess Start(IReadOnlyDictionary<string, string> environment, params string[] arguments) => new(environment, arguments);

    /// <summary>Starts another build of the program.</summary>
    public static RatingProcess StartOther(string dll, params string[] arguments) => new(new Dictionary<string, string>(), arguments, dll);

    /// <summary>Runs the program to its end, which must come with this exit code.</summary>
    public static RatingProcess Run(int exitCode, params string[] arguments)
    {
        using var process = Start(arguments);
        process.MustEnd(exitCode);
        return process;
    }

    /// <summary>Runs it with <c>--json</c>; all that it writes to the standard output must be one JSON document.</summary>
    public static JsonElement Json(params string[] arguments) => Json(0, arguments);

    /// <summary>Runs it with <c>--json</c> to this exit code.</summary>
    public static JsonElement Json(int exitCode, params string[] arguments)
    {
        var process = Run(exitCode, [.. arguments, "--json"]);
        try
        {
            return JsonDocument.Parse(process.Output).RootElement;
        }
        catch (JsonException wrong)
        {
            throw new ProcessFailure($"The output is not JSON: {wrong.Message}\n{process}", wrong);
        }
    }

    /// <summary>Starts a server on a free port and waits until it is ready.</summary>
    /// <returns>The server, and where it answers.</returns>
    public static async Task<(RatingProcess Server, string Url)> ServeAsync(string data, params string[] more)
    {
        var server = Start(["serve", "--data", data, "--urls", "http://127.0.0.1:0", .. more]);
        var ended = server._process.WaitForExitAsync();
        if (await Task.WhenAny(server._ready.Task, ended).WaitAsync(Until.Patience) == ended) throw new ProcessFailure($"The server ended.\n{server}");
        return (server, await server._ready.Task);
    }

    /// <summary>Waits until a server that was started says that it is ready.</summary>
    /// <returns>Where it answers; null when it ended first.</returns>
    public async Task<string?> ReadyAsync()
    {
        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(_ready.Task, ended).WaitAsync(Until.Patience) != ended) return await _ready.Task;
        End();
        return null;
    }

    /// <summary>Waits until a process that kills itself, or was killed, is gone.</summary>
    public async Task KilledAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Until.Patience);
        End();
        if (_process.ExitCode != 128 + 9) throw new ProcessFailure($"It ended by itself, not by SIGKILL.\n{this}");
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>SIGSTOP: it stands still in the middle of whatever it does, and holds what it holds.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public void Thaw() => Signal("CONT");

    /// <summary>The memory that it holds now, in KiB (VmRSS).</summary>
    public long MemoryKiB => long.Parse(File.ReadLines($"/proc/{Id}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    /// <summary>Where it answers, once it has said so.</summary>
    public string? Url => Output.Split('\n').FirstOrDefault(said => said.StartsWith("Rating answers at ", StringComparison.Ordinal))?.Split(' ')[3];

    /// <summary>Waits until it has written a line with this text.</summary>
    public async Task SaysAsync(string text)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_awaited) _awaited.Add((text, said));
        if ((Output + Error).Contains(text, StringComparison.Ordinal)) said.TrySetResult();
        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(said.Task, ended).WaitAsync(Until.Patience) == ended) throw new ProcessFailure($"It ended and did not say \"{text}\".\n{this}");
    }

    /// <summary>Waits for its end, which must come with this exit code.</summary>
    public void MustEnd(int exitCode)
    {
        if (MustEnd() != exitCode) throw new ProcessFailure($"Exit code {_process.ExitCode}, not {exitCode}.\n{this}");
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public int MustEnd()
    {
        if (!_process.WaitForExit(Until.Patience))
        {
            _process.Kill(entireProcessTree: true);
            throw new ProcessFailure($"It hangs.\n{this}");
        }

        End();
        return _process.ExitCode;
    }

    /// <summary>Kills it and its children with SIGKILL when it has run for so long.</summary>
    /// <returns>False when it had ended by then.</returns>
    public bool KillAt(TimeSpan moment)
    {
        if (EndsBefore(moment)) return false;
        Kill();
        return _process.ExitCode == 128 + 9;
    }

    /// <summary>Waits until it has run for so long, or has ended.</summary>
    public bool EndsBefore(TimeSpan moment)
    {
        var left = moment - _clock.Elapsed;
        if (!_process.WaitForExit(left > TimeSpan.Zero ? left : TimeSpan.Zero)) return false;
        End();
        return true;
    }

    /// <summary>SIGKILL, to it and its children.</summary>
    public void Kill()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        End();
    }

    /// <summary>SIGKILL at once: no look at its children first.</summary>
    public void KillAtOnce() => _process.Kill();

    /// <summary>SIGTERM; it then must end with this exit code.</summary>
    public void Terminate(int exitCode)
    {
        SendTerminate();
        MustEnd(exitCode);
    }

    /// <summary>SIGTERM.</summary>
    public void SendTerminate() => Signal("TERM");

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", $"kill -{name} {Id}" }, UseShellExecute = false })!;
        kill.WaitForExit();
    }

    private void End()
    {
        _process.WaitForExit(); // its output, too
        _clock.Stop();
        _exitCode = _process.ExitCode;
    }

    private void Keep(StringBuilder to, string? line)
    {
        if (line is null) return;
        lock (to) to.Append(line).Append('\n');
        lock (_awaited)
            foreach (var (text, said) in _awaited)
                if (line.Contains(text, StringComparison.Ordinal)) said.TrySetResult();
        // The two lines come in any order, each from a stream of its own.
        if ((line.EndsWith("; ready", StringComparison.Ordinal) || Error.Contains("; ready\n", StringComparison.Ordinal)) && Url is { } url) _ready.TrySetResult(url);
    }

    private static string Dotnet()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host) return host;
        return Environment.ProcessPath is { } own && Path.GetFileNameWithoutExtension(own) == "dotnet" ? own : "dotnet";
    }
}
