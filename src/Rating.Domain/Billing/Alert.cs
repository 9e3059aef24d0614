namespace Rating.Domain.Billing;

/// <summary>What somebody wants to be told about a period while it is open: that its usage charge, or the quantity of a meter, has reached a threshold (docs/formats.md, "Alerts").</summary>
/// <param name="Key">Its key in the plan or subscription.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Meter">The meter whose quantity is watched; empty for the usage charge.</param>
/// <param name="Thresholds">The thresholds, in the order given.</param>
public sealed record Alert(string Key, string Name, string Meter, IReadOnlyList<AlertThreshold> Thresholds)
{
    /// <summary>The thresholds that a value has reached, with their steps, and what each one is.</summary>
    public IEnumerable<(string Code, int Step, Quantity Reached)> ReachedBy(Quantity value)
    {
        var largest = Quantity.Zero;
        foreach (var threshold in Thresholds)
        {
            if (threshold.IsRecurring) continue;
            if (threshold.Value > largest) largest = threshold.Value;
            if (value >= threshold.Value) yield return (threshold.Code, 0, threshold.Value);
        }

        foreach (var threshold in Thresholds)
        {
            if (!threshold.IsRecurring) continue;
            var reached = largest + threshold.Value;
            for (var step = 1; step <= Limits.AlertStepsMax && value >= reached; step++, reached += threshold.Value) yield return (threshold.Code, step, reached);
        }
    }
}
