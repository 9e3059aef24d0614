using Rating.Domain;
using Rating.Server.Api;

namespace Rating.Server.Files;

/// <summary>A text file that a person named.</summary>
internal static class TextFile
{
    /// <summary>Its text.</summary>
    /// <exception cref="Refused"><c>file.unreadable</c>; <c>request.encoding</c>: it is not UTF-8.</exception>
    public static string Read(string path)
    {
        try
        {
            return Utf8Text.Decode(File.ReadAllBytes(path));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new Refused("file.unreadable", $"{path} cannot be read: {wrong.Message}");
        }
    }
}
