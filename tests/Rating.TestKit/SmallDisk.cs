using System.Diagnostics;

namespace Rating.TestKit;

/// <summary>A disk of its own, so small that a test can fill it: a tmpfs.</summary>
public sealed class SmallDisk : IDisposable
{
    /// <summary>Why there is none, where there is none.</summary>
    public const string Missing = "not run: only root may mount a tmpfs";
    private const string Ballast = "ballast";

    private SmallDisk(string folder) => Folder = folder;

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    /// <summary>Mounts one; null where that may not be.</summary>
    public static SmallDisk? Make(int sizeMiB)
    {
        if (!Environment.IsPrivilegedProcess || !OperatingSystem.IsLinux()) return null;
        var folder = Directory.CreateTempSubdirectory("rating-disk-").FullName;
        if (Run("mount", "-t", "tmpfs", "-o", $"size={sizeMiB}m,mode=777", "tmpfs", folder)) return new SmallDisk(folder);
        Directory.Delete(folder);
        return null;
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

    private static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
