using System.Reflection;
using System.Runtime.InteropServices;

namespace Rating.Kafka;

/// <summary>The native Kafka client under everything here: where it is on this machine, and whether it can be used.</summary>
/// <remarks>
/// On a full package feed it comes with Confluent.Kafka, in several builds of which the first that loads is taken. Otherwise it is what <c>build/librdkafka.sh</c> built once for this machine. <c>RATING_LIBRDKAFKA</c> names another file.
/// </remarks>
public static class Librdkafka
{
    /// <summary>The version that Confluent.Kafka is made for.</summary>
    public const string Version = "2.15.1";

    internal const string Name = "librdkafka";

    private static readonly Lazy<(nint Library, string? Problem)> Loaded = new(Load);

    /// <summary>Why Kafka cannot be used on this machine, with what to do; null when it can.</summary>
    public static string? Problem => Loaded.Value.Problem;

    /// <summary>Lets an assembly with P/Invoke declarations for <c>librdkafka</c> find the same library.</summary>
    public static void ServeTo(Assembly assembly) => NativeLibrary.SetDllImportResolver(assembly, Resolve);

    private static (nint, string?) Load()
    {
        nint library = 0;
        var found = Candidates().FirstOrDefault(file => NativeLibrary.TryLoad(file, out library));
        if (found is null)
            return (0, $"librdkafka {Version} is not on this machine, or does not fit it; looked for {string.Join(", ", Candidates())}. Run build/librdkafka.sh once, or let RATING_LIBRDKAFKA name the library.");
        ServeTo(typeof(Librdkafka).Assembly);
        ServeTo(typeof(Confluent.Kafka.Library).Assembly);
        return (library, null);
    }

    // One that is named is the only one. Else what came with the package (its first build needs a libsasl2 that not every Linux has), then what was built for this machine.
    // Never a system's own copy: it may be too old.
    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("RATING_LIBRDKAFKA") is { Length: > 0 } named) return [named];
        // Not RuntimeInformation.RuntimeIdentifier: a distribution's own .NET names itself there.
        var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        var processor = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "arm64" : "x64";
        var native = Path.Combine(AppContext.BaseDirectory, "runtimes", $"{system}-{processor}", "native");
        string[] packaged = OperatingSystem.IsWindows() ? ["librdkafka.dll"] : OperatingSystem.IsMacOS() ? ["librdkafka.dylib"] : ["librdkafka.so", "centos8-librdkafka.so", "alpine-librdkafka.so"];
        var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var cache = Environment.GetEnvironmentVariable("RATING_CACHE") is { Length: > 0 } own ? own : Path.Combine(caches, "rating");
        return [.. packaged.SelectMany(name => new[] { Path.Combine(native, name), Path.Combine(AppContext.BaseDirectory, name) }), Path.Combine(cache, $"librdkafka-{Version}", "librdkafka.so")];
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name.Contains(Name, StringComparison.Ordinal))
        {
            return Loaded.Value.Library;
        }

        // Debian has libdl.so only with its development packages.
        return name == "libdl" && NativeLibrary.TryLoad("libdl.so.2", out var dl) ? dl : 0;
    }
}
