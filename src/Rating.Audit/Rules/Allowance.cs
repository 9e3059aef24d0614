using System.Text.Json;

namespace Rating.Audit.Rules;

/// <summary>Units of usage that are free, period by period.</summary>
internal sealed record Allowance(
    string Key, string Meter, Fraction Units, string? Quantity, IReadOnlyList<string>? Charges, IReadOnlyList<string>? Destinations, bool Prorated, bool Pooled,
    bool RollsOver, int RolloverPeriods, Fraction? RolloverMax, string? Interval, bool AnchorsAtStart)
{
    public static Allowance Read(JsonElement json)
    {
        var rollover = json.Member("rollover");
        return new Allowance(
            json.Text("key"), json.Text("meter"), json.Number("units"), json.Member("quantity")?.AsText(), json.Member("charges")?.Texts(), json.Member("destinations")?.Texts(),
            json.Text("proration", "day") != "none", json.Flag("pooled"), rollover is not null, rollover?.Integer("periods", 1) ?? 0, rollover?.NumberOrNone("max"),
            json.Member("interval")?.AsText(), json.Text("anchor", "") == "start");
    }

    public bool HasOwnInterval => Interval is not null || AnchorsAtStart;

    public bool Covers(Charge charge, string destination) =>
        charge.Meter?.Key == Meter && (Charges is null || Charges.Contains(charge.Key)) && (Destinations is null || Destinations.Contains(destination));
}
