using System.Reflection;
using System.Runtime.InteropServices;

namespace Rating.Kafka;

/// <summary>The native Kafka client under everything here: where it is on this machine, and whether it can be used.</summary>
/// <remarks>
/// On a full package feed it comes with Confluent.Kafka. Otherwise it is what <c>build/librdkafka.sh</c> built once for this machine. <c>RATING_LIBRDKAFKA</c> names another file.
/// </remarks>
public static class Librdkafka
{
    /// <summary>The version that Confluent.Kafka is made for.</summary>
    public const string Version = "2.15.1";

    internal const string Name = "librdkafka";

    private static readonly string[] Builds = [Name, $"centos8-{Name}", $"alpine-{Name}"];
    private static readonly Lazy<(nint Library, string? Problem)> Loaded = new(Load);

    /// <summary>Why Kafka cannot be used on this machine, with what to do; null when it can.</summary>
    public static string? Problem => Loaded.Value.Problem;

    /// <summary>Lets an assembly with P/Invoke declarations for <c>librdkafka</c> find the same library.</summary>
    public static void ServeTo(Assembly assembly) => NativeLibrary.SetDllImportResolver(assembly, Resolve);

    private static (nint, string?) Load()
    {
        var (file, isOurs) = File();
        nint library = 0;
        if (isOurs && !System.IO.File.Exists(file))
            return (0, $"librdkafka {Version} is not on this machine: {file} is missing. Run build/librdkafka.sh once, or let RATING_LIBRDKAFKA name the library.");
        if (isOurs && !NativeLibrary.TryLoad(file, out library))
            return (0, $"{file} could not be loaded. It must be librdkafka {Version} for this machine; delete it, then run build/librdkafka.sh.");
        // The package has several builds; the first needs the system's SASL library, which a small machine lacks. Confluent.Kafka tries them in this order, too.
        if (!isOurs && !Array.Exists(Builds, build => NativeLibrary.TryLoad(build, typeof(Confluent.Kafka.Library).Assembly, null, out library)))
            return (0, $"None of the builds of librdkafka {Version} that come with Confluent.Kafka could be loaded on this machine. Run build/librdkafka.sh once and let RATING_LIBRDKAFKA name the library that it made.");
        ServeTo(typeof(Librdkafka).Assembly);
        if (isOurs) ServeTo(typeof(Confluent.Kafka.Library).Assembly);
        return (library, null);
    }

    // Only with librdkafka.redist is the program's own copy the right one: a system's copy may be too old.
    private static (string File, bool IsOurs) File()
    {
        if (Environment.GetEnvironmentVariable("RATING_LIBRDKAFKA") is { Length: > 0 } named) return (named, true);
#if RATING_LIBRDKAFKA_REDIST
        return ("", false);
#else
        var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var cache = Environment.GetEnvironmentVariable("RATING_CACHE") is { Length: > 0 } own ? own : Path.Combine(caches, "rating");
        return (Path.Combine(cache, $"librdkafka-{Version}", "librdkafka.so"), true);
#endif
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name.Contains(Name, StringComparison.Ordinal))
        {
            if (Loaded.IsValueCreated && Loaded.Value.Library != 0) return Loaded.Value.Library;
            return NativeLibrary.TryLoad(name, typeof(Confluent.Kafka.Library).Assembly, path, out var library) ? library : 0;
        }

        // Debian has libdl.so only with its development packages.
        return name == "libdl" && NativeLibrary.TryLoad("libdl.so.2", out var dl) ? dl : 0;
    }
}
