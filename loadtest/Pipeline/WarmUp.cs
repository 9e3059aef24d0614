using Rating.Loadtest.World;

namespace Rating.Loadtest.Pipeline;

/// <summary>A small topic that each process works through before it is measured, so that no figure is one of the compiler.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="Records">How many records it has.</param>
internal sealed record WarmUp(string Topic, int Records)
{
    private const int Count = 100_000;

    public static async Task<WarmUp> MakeAsync(Outside outside, int subscriptions) => new(await outside.TopicAsync(new UsageMaker(subscriptions, isZipf: false, 99), Count), Count);
}
