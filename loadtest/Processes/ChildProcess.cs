using System.Diagnostics;
using System.Text.Json;

namespace Rating.Loadtest.Processes;

/// <summary>This program once more, as a process that does one side of a figure: a line in, a line of JSON out.</summary>
/// <remarks>It ends when its input ends, so it never outlives the run that started it.</remarks>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private bool _isDisposed;

    /// <summary>Starts one.</summary>
    /// <param name="kind">Which of <see cref="Children"/>.</param>
    /// <param name="settings">What it is told, as JSON.</param>
    /// <param name="environment">What is set for it beside our own environment.</param>
    public ChildProcess(string kind, object settings, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        // Run by the dotnet host: the program is its first argument.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        foreach (var argument in new[] { Children.Command, kind, JsonSerializer.Serialize(settings) }) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        _process = Process.Start(start)!;
    }

    /// <summary>Its process id.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _isDisposed || _process.HasExited;

    /// <summary>Sends a line.</summary>
    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for its next answer.</summary>
    public async Task<T> AnswerAsync<T>() =>
        JsonSerializer.Deserialize<T>(await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the other process ended; its reason is on the error output"))!;

    /// <summary>Sends a line and waits for the answer.</summary>
    public async Task<T> AskAsync<T>(string line)
    {
        await TellAsync(line);
        return await AnswerAsync<T>();
    }

    /// <summary>Ends it as a crash would (SIGKILL).</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Lets it end, and waits for that.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended by itself.
        }

        _process.WaitForExit();
        _process.Dispose();
    }
}
