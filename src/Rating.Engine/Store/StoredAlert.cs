using Rating.Domain;

namespace Rating.Engine.Store;

/// <summary>An alert as it is kept: its key and its document. There is one per subscription, period, alert, threshold and step.</summary>
/// <param name="Tenant">Whose it is.</param>
/// <param name="Subscription">Whose usage reached the threshold.</param>
/// <param name="Period">In which period.</param>
/// <param name="Alert">The alert's key.</param>
/// <param name="Threshold">The threshold's code.</param>
/// <param name="Step">Which time of a recurring threshold; 0 of any other.</param>
/// <param name="Document">The alert as JSON (docs/formats.md).</param>
public sealed record StoredAlert(TenantId Tenant, SubscriptionId Subscription, int Period, string Alert, string Threshold, int Step, string Document)
{
    /// <summary>What alerts are published about.</summary>
    public const string Topic = "alert.threshold";

    /// <summary>Its stable id.</summary>
    public string Id => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Part(Subscription.Value)}/{Period}/{Part(Alert)}/{Part(Threshold)}/{Step}");

    private static string Part(string text) => text.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
}
