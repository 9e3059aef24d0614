using System.Text;
using Rating.Domain;

namespace Rating.Server.Api;

/// <summary>Text from bytes that must be UTF-8.</summary>
internal static class Utf8Text
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Decodes them; a byte order mark is passed over.</summary>
    /// <exception cref="Refused"><c>request.encoding</c></exception>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new Refused("request.encoding", "The text is not UTF-8.");
        }
    }
}
