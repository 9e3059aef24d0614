using System.Diagnostics;
using Rating.Domain;
using Rating.Sqlite;

namespace Rating.Tests.Contracts;

public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_is_made_and_its_log_and_store_open()
    {
        using var folder = DataFolder.Open(_folder.File("a/b"));
        await using var log = folder.OpenLog(4);
        await using var store = folder.OpenStore();
        Assert.Equal(4, log.Partitions);
        Assert.Equal("{}", await store.SettingsAsync("{}", default));
    }

    [Fact]
    public void A_folder_that_is_held_is_refused_naming_the_holder()
    {
        using var folder = DataFolder.Open(_folder.Path);
        var unnamed = Assert.Throws<Refused>(() => DataFolder.Open(_folder.Path));
        Assert.Equal("data.locked", unnamed.Code);
        Assert.Contains("another process", unnamed.Message, StringComparison.Ordinal);

        folder.WriteServer("http://127.0.0.1:8080");
        Assert.Equal(new ServerAddress(Environment.ProcessId, "http://127.0.0.1:8080"), DataFolder.ReadServer(_folder.Path));
        var named = Assert.Throws<Refused>(() => DataFolder.Open(_folder.Path));
        Assert.Equal("data.locked", named.Code);
        Assert.Contains($"process {Environment.ProcessId}", named.Message, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:8080", named.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_given_free_opens_again_and_names_no_server()
    {
        using (var folder = DataFolder.Open(_folder.Path)) folder.WriteServer("http://127.0.0.1:8080");
        Assert.Null(DataFolder.ReadServer(_folder.Path));
        DataFolder.Open(_folder.Path).Dispose();
    }

    [Fact]
    public void What_a_killed_server_left_behind_is_swept_away()
    {
        File.WriteAllText(_folder.File("lock"), "");
        File.WriteAllText(_folder.File("server.json"), """{"pid":1,"url":"http://127.0.0.1:1"}""");
        using var folder = DataFolder.Open(_folder.Path);
        Assert.Null(DataFolder.ReadServer(_folder.Path));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused()
    {
        File.WriteAllText(_folder.File("file"), "");
        Assert.Equal("data.folder", Assert.Throws<Refused>(() => DataFolder.Open(_folder.File("file/below"))).Code);
    }

    /// <summary>The lock is one that other processes see, and it dies with its holder however that ends.</summary>
    [Fact]
    public async Task A_lock_dies_with_the_process_that_is_killed()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/flock")) return; // the holder is util-linux's flock
        using var holder = Process.Start(new ProcessStartInfo("/usr/bin/flock")
        {
            ArgumentList = { "-F", _folder.File("lock"), "sh", "-c", "echo held; exec cat" }, UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());
        Assert.Equal("data.locked", Assert.Throws<Refused>(() => DataFolder.Open(_folder.Path)).Code);
        holder.Kill();
        await holder.WaitForExitAsync();
        DataFolder.Open(_folder.Path).Dispose();
    }
}
