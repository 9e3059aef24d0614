using System.Globalization;
using NodaTime;
using Rating.Domain;

namespace Rating.Server.Faults;

/// <summary>The clock of a test: the machine's, moved by the seconds that a file says. The file is read at each question, so a test steps the clock of a running process (docs/faults.md).</summary>
internal sealed class SteppedClock(string file) : IClock
{
    /// <summary>The variable that names the file.</summary>
    public const string Variable = "RATING_CLOCK_FILE";

    /// <summary>The machine's clock, or a moved one when the environment asks for it.</summary>
    public static IClock FromEnvironment() => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } file ? new SteppedClock(file) : SystemClock.Instance;

    /// <inheritdoc/>
    public Instant GetCurrentInstant()
    {
        var text = File.ReadAllText(file).Trim();
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds))
            throw new Refused("settings.value", $"{file}, which {Variable} names, says '{text}'; write by how many seconds the clock is moved.") { Where = Variable };
        return SystemClock.Instance.GetCurrentInstant() + Duration.FromSeconds(seconds);
    }
}
