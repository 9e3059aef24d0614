using OpenTelemetry.Trace;

namespace Rating.Server.Hosting;

/// <summary>Keeps what is linked to a trace that is kept: a batch that rated a traced request's records, whatever the dice say.</summary>
internal sealed class LinkSampler(Sampler otherwise) : Sampler
{
    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        foreach (var link in samplingParameters.Links ?? [])
            if (link.Context.TraceFlags.HasFlag(System.Diagnostics.ActivityTraceFlags.Recorded)) return new SamplingResult(SamplingDecision.RecordAndSample);
        return otherwise.ShouldSample(samplingParameters);
    }
}
