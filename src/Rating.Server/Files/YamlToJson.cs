using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Rating.Domain;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Rating.Server.Files;

/// <summary>Turns a YAML document into the same tree in JSON. A number keeps its text: 0.10 stays 0.10, and no value passes through binary floating point.</summary>
/// <remarks>
/// Plain scalars are read by the JSON schema of YAML 1.2: <c>null</c>, <c>~</c> and nothing are null, <c>true</c> and <c>false</c> are truth values, what is a JSON number is a number, all else is text.
/// So <c>no</c>, <c>2026-01-01</c>, <c>08:00</c>, <c>007</c> and <c>0x1F</c> are texts. Anchors, aliases, tags other than <c>!!str</c> and several documents are refused.
/// </remarks>
internal static partial class YamlToJson
{
    private const int DepthMax = 64;

    /// <summary>Converts a document.</summary>
    /// <exception cref="Refused"><c>yaml.syntax</c>, <c>yaml.unsupported</c>, <c>yaml.key.twice</c>: with line and column.</exception>
    public static string Convert(string yaml)
    {
        var buffer = new ArrayBufferWriter<byte>(yaml.Length + 64);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { MaxDepth = DepthMax + 2, SkipValidation = true }))
        {
            var parser = new Parser(new StringReader(yaml));
            try
            {
                parser.Consume<StreamStart>();
                if (parser.Accept<StreamEnd>(out _)) throw new Refused("yaml.syntax", "The document is empty.");
                parser.Consume<DocumentStart>();
                Value(parser, json, 0);
                parser.Consume<DocumentEnd>();
                if (!parser.Accept<StreamEnd>(out var more)) throw At("yaml.unsupported", parser.Current?.Start ?? Mark.Empty, "one file holds one document; this one goes on after '---'.");
            }
            catch (YamlException wrong)
            {
                throw At("yaml.syntax", wrong.Start, wrong.InnerException?.Message ?? wrong.Message);
            }
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Value(Parser parser, Utf8JsonWriter json, int depth)
    {
        if (depth > DepthMax) throw At("yaml.unsupported", parser.Current!.Start, $"nested deeper than {DepthMax}.");
        if (parser.Current is AnchorAlias alias) throw At("yaml.unsupported", alias.Start, "aliases (*) are not taken; write the value out.");
        if (parser.Current is NodeEvent node) Plain(node);
        if (parser.TryConsume<Scalar>(out var scalar)) Write(json, scalar);
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            json.WriteStartArray();
            while (!parser.TryConsume<SequenceEnd>(out _)) Value(parser, json, depth + 1);
            json.WriteEndArray();
        }
        else
        {
            parser.Consume<MappingStart>();
            var keys = new HashSet<string>(StringComparer.Ordinal);
            json.WriteStartObject();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                if (parser.Current is not Scalar) throw At("yaml.unsupported", parser.Current!.Start, "a key is a plain text.");
                var key = parser.Consume<Scalar>();
                Plain(key);
                if (!keys.Add(key.Value)) throw At("yaml.key.twice", key.Start, $"'{key.Value}' stands twice.");
                json.WritePropertyName(key.Value);
                Value(parser, json, depth + 1);
            }

            json.WriteEndObject();
        }
    }

    private static void Plain(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty) throw At("yaml.unsupported", node.Start, "anchors (&) and aliases (*) are not taken; write the value out.");
        if (!node.Tag.IsEmpty && !(node is Scalar && node.Tag.Value == "tag:yaml.org,2002:str")) throw At("yaml.unsupported", node.Start, $"the tag {node.Tag} is not taken.");
    }

    private static void Write(Utf8JsonWriter json, Scalar scalar)
    {
        if (scalar.Style != ScalarStyle.Plain || !scalar.Tag.IsEmpty) json.WriteStringValue(scalar.Value);
        else if (scalar.Value is "" or "~" or "null") json.WriteNullValue();
        else if (scalar.Value is "true" or "false") json.WriteBooleanValue(scalar.Value == "true");
        else if (JsonNumber().IsMatch(scalar.Value)) json.WriteRawValue(scalar.Value, skipInputValidation: true);
        else json.WriteStringValue(scalar.Value);
    }

    private static Refused At(string code, Mark mark, string problem) =>
        new(code, $"line {mark.Line}, column {mark.Column}: {problem}") { Where = $"line {mark.Line}, column {mark.Column}" };

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex JsonNumber();
}
