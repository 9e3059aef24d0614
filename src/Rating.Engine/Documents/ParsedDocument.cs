using System.Text.Json;
using Rating.Domain;

namespace Rating.Engine.Documents;

/// <summary>A JSON document that a person wrote, or a refusal that says where it breaks off.</summary>
internal static class ParsedDocument
{
    /// <summary>Parses a document.</summary>
    /// <exception cref="Refused"><c>document.json</c></exception>
    public static JsonDocument Of(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException wrong)
        {
            throw new Refused("document.json", $"This is not JSON: line {(wrong.LineNumber ?? 0) + 1}, byte {wrong.BytePositionInLine ?? 0}.");
        }
    }
}
