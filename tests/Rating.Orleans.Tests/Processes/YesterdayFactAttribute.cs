namespace Rating.Orleans.Tests.Processes;

/// <summary>A test that runs an older build beside this one; skipped unless <c>RATING_YESTERDAY</c> names its rating.dll (docs/operations.md, "Rolling upgrade").</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class YesterdayFactAttribute : FactAttribute
{
    public static readonly string? Program = Environment.GetEnvironmentVariable("RATING_YESTERDAY");

    /// <summary>The sample price book of its checkout: a newer one may have what it does not know.</summary>
    public static string PriceBook => Path.Combine(Path.GetDirectoryName(Program)!, "..", "..", "..", "..", "..", "samples", "price-book.yaml");

    public YesterdayFactAttribute() => Skip = new ClusterFactAttribute().Skip ?? (Program is null ? "RATING_YESTERDAY names no older rating.dll: this is a run by hand." : null);
}
