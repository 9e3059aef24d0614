using System.Globalization;
using Rating.Domain;

namespace Rating.Server.Hosting;

/// <summary>One section of the settings, read name by name: each name must be known, each value must make sense, and what is wrong is said with what to write instead.</summary>
/// <remarks>The same settings come from a file (<c>Rating:Kafka:Topic</c>) and from the environment (<c>RATING__KAFKA__TOPIC</c>); messages name both.</remarks>
internal sealed class SettingsSection(IConfigurationSection section)
{
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A text; null when it is not set.</summary>
    public string? Text(string name)
    {
        _known.Add(name);
        return section[name] is { Length: > 0 } text ? text : null;
    }

    /// <summary>A text that must be set.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="what">What it is, with an example, for the message.</param>
    /// <exception cref="Refused"><c>settings.missing</c></exception>
    public string Required(string name, string what) =>
        Text(name) ?? throw new Refused("settings.missing", $"{Place(name)} is missing: {what}") { Where = Path(name) };

    /// <summary>A whole number within bounds.</summary>
    public int Number(string name, int otherwise, int least, int most) => Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw Wrong(name, text, $"a whole number from {least} to {most}");

    /// <summary>A time in whole seconds.</summary>
    public TimeSpan Seconds(string name, TimeSpan otherwise, int least = 1) => TimeSpan.FromSeconds(Number(name, (int)otherwise.TotalSeconds, least, 86_400));

    /// <summary>Yes or no.</summary>
    public bool Flag(string name, bool otherwise) => Text(name) is not { } text ? otherwise : bool.TryParse(text, out var flag) ? flag : throw Wrong(name, text, "true or false");

    /// <summary>One of a closed list of names.</summary>
    public T Choice<T>(string name, T otherwise)
        where T : struct, Enum => Text(name) is { } text ? Choice<T>(Place(name), text) : otherwise;

    /// <summary>One of a closed list of names, given at <paramref name="place"/>.</summary>
    /// <exception cref="Refused"><c>settings.value</c></exception>
    public static T Choice<T>(string place, string text)
        where T : struct, Enum => Enum.GetNames<T>().FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } found ? Enum.Parse<T>(found)
        : throw new Refused("settings.value", $"{place} is '{text}'; write {string.Join(" or ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()))}.") { Where = place };

    /// <summary>Names with values that are handed on as they are.</summary>
    public IReadOnlyList<(string Name, string Value)> Pairs(string name)
    {
        _known.Add(name);
        return [.. section.GetSection(name).AsEnumerable(makePathsRelative: true).Where(pair => pair.Value is not null).Select(pair => (pair.Key, pair.Value!))];
    }

    /// <summary>A section in it.</summary>
    public SettingsSection Section(string name)
    {
        _known.Add(name);
        return new SettingsSection(section.GetSection(name));
    }

    /// <summary>Refuses what was not asked for: a misspelt setting would silently be the default.</summary>
    /// <exception cref="Refused"><c>settings.unknown</c></exception>
    public void NothingElse()
    {
        if (section.GetChildren().FirstOrDefault(child => !_known.Contains(child.Key)) is { } unknown)
            throw new Refused("settings.unknown", $"There is no setting {Place(unknown.Key)}. In {section.Path} there are: {string.Join(", ", _known.Order(StringComparer.Ordinal))}.") { Where = Path(unknown.Key) };
    }

    /// <summary>What is said about a value that makes no sense.</summary>
    public Refused Wrong(string name, string value, string wanted) => new("settings.value", $"{Place(name)} is '{value}'; it must be {wanted}.") { Where = Path(name) };

    private string Path(string name) => $"{section.Path}:{name}";

    private string Place(string name) => $"{Path(name)} (in the environment {Path(name).ToUpperInvariant().Replace(":", "__", StringComparison.Ordinal)})";
}
