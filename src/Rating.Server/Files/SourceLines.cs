using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Rating.Server.Files;

/// <summary>Finds the line of a place such as <c>plans[0].charges[2].price</c> in a document that a person wrote, YAML or JSON.</summary>
internal static class SourceLines
{
    /// <summary>The line of a place, or of the deepest part of it that is there; null when there is none.</summary>
    public static long? Find(string text, string where)
    {
        if (where.Length == 0 || where.StartsWith("line ", StringComparison.Ordinal)) return null;
        try
        {
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            return Descend(parser, [.. where.Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries)]);
        }
        catch (YamlException)
        {
            // What cannot be read is refused with its line elsewhere.
            return null;
        }
    }

    private static long Descend(Parser parser, ReadOnlySpan<string> steps)
    {
        var line = parser.Current!.Start.Line;
        while (steps.Length > 0)
        {
            var step = steps[0];
            steps = steps[1..];
            if (step[0] == '[')
            {
                if (!parser.TryConsume<SequenceStart>(out _)) return line;
                for (var left = int.Parse(step.AsSpan(1, step.Length - 2), System.Globalization.CultureInfo.InvariantCulture); left > 0; left--) parser.SkipThisAndNestedEvents();
                if (parser.Accept<SequenceEnd>(out _)) return line;
                line = parser.Current!.Start.Line;
            }
            else
            {
                if (!parser.TryConsume<MappingStart>(out _)) return line;
                var found = false;
                while (!found && parser.TryConsume<Scalar>(out var key))
                {
                    found = string.Equals(key.Value, step, StringComparison.Ordinal);
                    if (found) line = key.Start.Line;
                    else parser.SkipThisAndNestedEvents();
                }

                if (!found) return line;
            }
        }

        return line;
    }
}
