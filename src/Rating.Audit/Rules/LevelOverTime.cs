using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>The figure of a time-weighted meter: level times duration, over the days of one plan revision.</summary>
internal static class LevelOverTime
{
    public static Fraction Of(PeriodView view, Meter meter, Usage usage, IReadOnlyList<Span> spans, Func<string[], bool> covers)
    {
        var now = usage.Measured.FindAll(m => m.Meter.Key == meter.Key && !m.IsFigure);
        var earlier = meter.Level.Carry ? usage.Earlier.Where(m => m.Meter.Key == meter.Key).ToList() : [];
        var unit = meter.Level.Per switch
        {
            "second" => Clock.Second,
            "minute" => 60 * Clock.Second,
            "hour" => Clock.Hour,
            "day" => Clock.Day,
            "period" => Ticks(view.Subscription, view.End) - Ticks(view.Subscription, view.Start),
            var other => throw new FormatException($"'{other}' is not a unit of time."),
        };
        var sum = Fraction.Zero;
        var byDimensions = now.Concat(earlier).Where(m => covers(m.Dimensions)).ToLookup(m => meter.Written(m.Dimensions), StringComparer.Ordinal);
        // Without dimensions there is a level from the start, the initial one.
        foreach (var dimensions in byDimensions.Select(group => group.Key).Concat(meter.Dimensions.Length == 0 ? [""] : []).Distinct(StringComparer.Ordinal))
        {
            var steps = byDimensions[dimensions].Order().ToList();
            foreach (var span in view.Accrue(spans))
            {
                var (from, to) = (Ticks(view.Subscription, span.From), Ticks(view.Subscription, span.To));
                var level = meter.Level.Initial;
                var at = from;
                foreach (var step in steps)
                {
                    if (step.Time >= to) break;
                    if (step.Time > at)
                    {
                        sum += level * (step.Time - at);
                        at = step.Time;
                    }
                    level = meter.Level.IsChange ? level + step.Number : step.Number;
                }
                sum += level * (to - at);
            }
        }
        return sum / unit;
    }

    private static long Ticks(Subscription subscription, LocalDate day) => subscription.Moment(day, atStartOfDay: true).ToUnixTimeTicks();
}
