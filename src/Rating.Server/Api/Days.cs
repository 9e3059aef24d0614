using NodaTime;
using NodaTime.Text;
using Rating.Domain;

namespace Rating.Server.Api;

/// <summary>Days in paths, queries and bodies.</summary>
internal static class Days
{
    /// <summary>Reads a day; null when there is none.</summary>
    /// <exception cref="Refused"><c>request.date</c></exception>
    public static LocalDate? Maybe(string? text, string name) => string.IsNullOrEmpty(text) ? null
        : LocalDatePattern.Iso.Parse(text) is { Success: true } day ? day.Value
        : throw new Refused("request.date", $"'{text}' is not a day; write {name} such as 2026-04-01.") { Where = name };
}
