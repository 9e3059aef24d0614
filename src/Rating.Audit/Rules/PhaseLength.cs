using System.Text.Json;
using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>How long a trial or a phase lasts.</summary>
internal sealed record PhaseLength(int Days, int Weeks, int Months, int Years, int? Periods)
{
    public static PhaseLength Read(JsonElement json) => new(
        json.Integer("days", 0), json.Integer("weeks", 0), json.Integer("months", 0), json.Integer("years", 0), json.Member("periods") is null ? null : json.Integer("periods", 0));

    /// <summary>The day after the last of a phase that begins on a day.</summary>
    public LocalDate End(LocalDate start, Schedule schedule) =>
        Periods is { } periods ? schedule.Start(schedule.NumberOf(start) + periods) : start.PlusYears(Years).PlusMonths(Months).PlusWeeks(Weeks).PlusDays(Days);
}
