using System.Text.Json;
using NodaTime.Text;

namespace Rating.Audit.Rules;

/// <summary>Which exceptions mean that a stored document is not what it should be: they become findings, others stop the audit.</summary>
internal static class Unreadable
{
    public static bool Is(Exception e) =>
        e is JsonException or FormatException or InvalidOperationException or KeyNotFoundException or ArgumentException or OverflowException or UnparsableValueException;
}
