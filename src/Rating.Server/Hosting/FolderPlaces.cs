using Rating.Domain;

namespace Rating.Server.Hosting;

/// <summary>The mark in a data folder that says where its log and store are, so that nobody works on an empty embedded one by mistake.</summary>
internal static class FolderPlaces
{
    private const string File = "places.txt";

    /// <summary>Checks that a folder belongs to these settings; marks it when it is new.</summary>
    /// <exception cref="Refused"><c>data.elsewhere</c></exception>
    public static void Check(string folder, ServeSettings settings)
    {
        var file = Path.Combine(folder, File);
        var isEmbedded = settings.Places == ServeSettings.Embedded.Places;
        // Folders from before there was a choice have no mark.
        var found = System.IO.File.Exists(file) ? System.IO.File.ReadAllText(file).Trim()
            : System.IO.File.Exists(Path.Combine(folder, "log.db")) || System.IO.File.Exists(Path.Combine(folder, "store.db")) ? ServeSettings.Embedded.Places : null;
        if (found is not null && found != settings.Places)
            throw new Refused("data.elsewhere", isEmbedded
                ? $"The data of {folder} are served with {found}, and no server holds the folder now. Start one (rating serve --data DIR with these settings), or name one with --url."
                : $"The data folder {folder} was used with {found}; now the settings say {settings.Places}. Set them back, or use another folder.");
        if (found is null && !isEmbedded) System.IO.File.WriteAllText(file, settings.Places + "\n");
    }
}
