using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Rating.Domain;

/// <summary>Assertions that stay on. A broken one stops that one partition or subscription, loudly.</summary>
public static class Invariant
{
    /// <summary>Stops the caller when a statement that must be true is not.</summary>
    /// <exception cref="InvariantBrokenException">The statement is false.</exception>
    public static void Holds([DoesNotReturnIf(false)] bool statement, string what)
    {
        if (!statement) throw new InvariantBrokenException(what);
    }

    /// <summary>Stops the caller when a statement that must be true is not; the text is made only then.</summary>
    /// <exception cref="InvariantBrokenException">The statement is false.</exception>
    public static void Holds([DoesNotReturnIf(false)] bool statement, [InterpolatedStringHandlerArgument(nameof(statement))] ref What what)
    {
        if (!statement) throw new InvariantBrokenException(what.Text.ToStringAndClear());
    }

    /// <summary>The text of an assertion, not made while its statement is true: made for every record, it was a sixth of all that was allocated.</summary>
    [InterpolatedStringHandler]
    public ref struct What
    {
        internal DefaultInterpolatedStringHandler Text;

        /// <summary>Asked by the compiler: the parts are put in only where <paramref name="wanted"/> says so.</summary>
        public What(int literals, int parts, bool statement, out bool wanted)
        {
            wanted = !statement;
            Text = wanted ? new DefaultInterpolatedStringHandler(literals, parts, System.Globalization.CultureInfo.InvariantCulture) : default;
        }

        /// <summary>Asked by the compiler.</summary>
        public void AppendLiteral(string text) => Text.AppendLiteral(text);

        /// <summary>Asked by the compiler.</summary>
        public void AppendFormatted<T>(T part) => Text.AppendFormatted(part);
    }
}
