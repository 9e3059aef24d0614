using System.Buffers;
using System.Text;
using System.Text.Json;
using Rating.Domain;

namespace Rating.Server.Api;

/// <summary>A CloudEvent in binary mode: attributes in <c>ce-</c> headers, data as the body. It is stored in structured form.</summary>
/// <remarks>CloudEvents HTTP binding 1.0, section 3.1; header values are percent-encoded UTF-8 (3.1.3.2).</remarks>
internal static class BinaryEvent
{
    private const string Prefix = "ce-";

    /// <summary>Whether a request's headers say so.</summary>
    public static bool IsOne(IHeaderDictionary headers) => headers.Keys.Any(name => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase));

    /// <summary>Writes it in structured form.</summary>
    /// <exception cref="Refused"><c>request.type</c>: the data are not JSON by their content type; <c>request.json</c>: nor by themselves. Nothing was taken.</exception>
    public static ReadOnlyMemory<byte> ToStructured(IHeaderDictionary headers, string type, ReadOnlySpan<byte> body)
    {
        if (body.Length > 0 && type != "application/json" && !type.EndsWith("+json", StringComparison.Ordinal))
            throw new Refused("request.type", "The data of a binary-mode event are taken as application/json only.");
        var buffer = new ArrayBufferWriter<byte>(body.Length + 512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            foreach (var (header, values) in headers)
            {
                if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) continue;
                // A header that came twice stands twice: the decoder refuses it by name.
                foreach (var value in values) json.WriteString(header[Prefix.Length..].ToLowerInvariant(), Decoded(value ?? ""));
            }

            if (body.Length > 0)
            {
                if (type.Length > 0) json.WriteString("datacontenttype", type);
                json.WritePropertyName("data");
                Check(body);
                json.WriteRawValue(body, skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void Check(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = Limits.RequestBytesMax });
        try
        {
            reader.Read();
            reader.Skip();
            reader.Read();
        }
        catch (JsonException wrong)
        {
            throw new Refused("request.json", $"The data are not JSON at line {(wrong.LineNumber ?? 0) + 1}, byte {wrong.BytePositionInLine ?? 0}. Nothing was taken.") { Where = "body" };
        }
    }

    private static string Decoded(string value)
    {
        value = value.Trim();
        if (value.Length >= 2 && value[0] == '"' && value[^1] == '"') value = value[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        if (!value.Contains('%', StringComparison.Ordinal)) return value;
        var utf8 = Encoding.UTF8.GetBytes(value);
        var length = 0;
        for (var i = 0; i < utf8.Length; i++)
            if (utf8[i] == '%' && i + 2 < utf8.Length && char.IsAsciiHexDigit((char)utf8[i + 1]) && char.IsAsciiHexDigit((char)utf8[i + 2]))
            {
                utf8[length++] = Convert.FromHexString(Encoding.ASCII.GetString(utf8, i + 1, 2))[0];
                i += 2;
            }
            else utf8[length++] = utf8[i];
        return Encoding.UTF8.GetString(utf8, 0, length);
    }
}
