using System.Text.Json;

namespace Rating.Engine.Closing;

/// <summary>Closes and bills what is due, of every tenant, so that periods close by themselves. What keeps one tenant's periods open keeps nobody else's.</summary>
/// <param name="engine">Closes.</param>
/// <param name="tell">Told what could not be closed, and why: the next look tries again.</param>
public sealed class CloseCalendar(RatingEngine engine, Action<string, string> tell)
{
    /// <summary>Looks once; first of all, what an interruption left half done is finished.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        foreach (var tenant in engine.Book.Read(book => book.Tenants.Select(tenant => tenant.Id).ToList()))
        {
            try
            {
                foreach (var (subscription, why) in Parked(await engine.CloseDocumentAsync(tenant, null, null, null, cancellation))) tell($"subscription {subscription}", why);
            }
            catch (Exception wrong) when (!cancellation.IsCancellationRequested)
            {
                tell($"what is due of {tenant}", wrong.Message);
            }
        }
    }

    /// <summary>Looks every so often, until cancelled. The first look comes after the first interval: a start has finished what was half done.</summary>
    public async Task RunAsync(TimeSpan every, TimeProvider time, CancellationToken cancellation)
    {
        using var next = new PeriodicTimer(every, time);
        try
        {
            while (await next.WaitForNextTickAsync(cancellation)) await LookAsync(cancellation);
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            // Stopped, perhaps in the middle of a look: whatever that ended with, the next start goes on with it.
            return;
        }
    }

    /// <summary>What a close could not close, and why, from its document.</summary>
    internal static IReadOnlyList<(string Subscription, string Why)> Parked(string closed)
    {
        using var document = JsonDocument.Parse(closed);
        return [.. document.RootElement.GetProperty("parked").EnumerateArray().Select(one => (one.GetProperty("subscription").GetString()!, one.GetProperty("why").GetString()!))];
    }
}
