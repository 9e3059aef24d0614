namespace Rating.Server.Hosting;

/// <summary>Where a server tells about its work, and how much.</summary>
internal sealed record TelemetrySettings
{
    /// <summary>An OTLP receiver, such as <c>http://collector:4318</c>; null: nothing leaves.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>How it is spoken to.</summary>
    public OtlpKind Protocol { get; init; } = OtlpKind.Http;

    /// <summary>Of a hundred requests, how many are traced. What a traced request led to is traced with it.</summary>
    public int TracesPercent { get; init; } = 5;

    /// <summary>How often metrics are sent.</summary>
    public TimeSpan MetricsEvery { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How log lines look on the error output.</summary>
    public LogFormat Logs { get; init; } = LogFormat.Text;
}
