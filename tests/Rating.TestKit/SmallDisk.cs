using System.Diagnostics;

namespace Rating.TestKit;

/// <summary>A disk of its own, so small that a test can fill it: a tmpfs.</summary>
public sealed class SmallDisk : IDisposable
{
    private const string Ballast = "ballast";
    private static readonly Lazy<string?> Tried = new(Try);

    private SmallDisk(string folder) => Folder = folder;

    /// <summary>Why there can be none on this machine; null when there can.</summary>
    public static string? Missing => Tried.Value;

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    /// <summary>Mounts one.</summary>
    /// <exception cref="InvalidOperationException">It may not be mounted; see <see cref="Missing"/>.</exception>
    public static SmallDisk Make(int sizeMiB)
    {
        var folder = Directory.CreateTempSubdirectory("rating-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={sizeMiB}m,mode=777", "tmpfs", folder)) return new SmallDisk(folder);
        Directory.Delete(folder);
        throw new InvalidOperationException($"A tmpfs could not be mounted at {folder}.");
    }

    /// <summary>Takes all space that is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(Path.Combine(Folder, Ballast), FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[64 << 10];
        for (var size = block.Length; size > 0;)
        {
            try
            {
                file.Write(block, 0, size);
                file.Flush();
            }
            catch (IOException)
            {
                size /= 2;
            }
        }
    }

    /// <summary>Gives it back.</summary>
    public void Free() => File.Delete(Path.Combine(Folder, Ballast));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!Run("umount", Folder)) Run("umount", "-l", Folder);
        Directory.Delete(Folder);
    }

    private static string? Try()
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux()) return "only root may mount a tmpfs, on Linux";
        try
        {
            using var one = Make(sizeMiB: 1);
            return null;
        }
        catch (InvalidOperationException wrong)
        {
            return wrong.Message;
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
