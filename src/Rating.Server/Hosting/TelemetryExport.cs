using System.Diagnostics;
using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Rating.Engine;
using Rating.Kafka;

namespace Rating.Server.Hosting;

/// <summary>Sends metrics, traces and logs to an OTLP receiver. Without one nothing of this exists, and nobody listens to the meters.</summary>
internal sealed class TelemetryExport : IDisposable
{
    private static readonly string[] Meters = [Telemetry.Name, KafkaTelemetry.Name, "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];
    private static readonly string[] Sources = [Telemetry.Name, KafkaTelemetry.Name, "Npgsql", "Microsoft.AspNetCore"];
    private readonly MeterProvider _metrics;
    private readonly TracerProvider _traces;

    private TelemetryExport(MeterProvider metrics, TracerProvider traces) => (_metrics, _traces) = (metrics, traces);

    /// <summary>Begins to send; null when there is nowhere to.</summary>
    public static TelemetryExport? Start(TelemetrySettings settings)
    {
        if (settings.Endpoint is null) return null;
        return new TelemetryExport(
            Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Resource()).AddMeter(Meters).AddOtlpExporter((exporter, reader) =>
            {
                To(settings, exporter, "metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)settings.MetricsEvery.TotalMilliseconds;
            }).Build(),
            Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Resource()).AddSource(Sources)
                .SetSampler(new LinkSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(settings.TracesPercent / 100.0))))
                .AddOtlpExporter(exporter => To(settings, exporter, "traces")).Build());
    }

    /// <summary>Sends log lines, too.</summary>
    public static void AddLogs(ILoggingBuilder logging, TelemetrySettings settings)
    {
        if (settings.Endpoint is null) return;
        logging.AddOpenTelemetry(logs =>
        {
            logs.SetResourceBuilder(Resource());
            logs.IncludeFormattedMessage = true;
            logs.AddOtlpExporter(exporter => To(settings, exporter, "logs"));
        });
    }

    /// <summary>Names the span of a request as the conventions for HTTP do.</summary>
    public static async Task NameRequest(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (Activity.Current is not { IsAllDataRequested: true } span) return;
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        span.DisplayName = route is null ? context.Request.Method : $"{context.Request.Method} {route}";
        span.SetTag("http.request.method", context.Request.Method).SetTag("http.route", route).SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= 500) span.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Sends what is left, and ends.</summary>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }

    // The usual OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES are heeded.
    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddService("rating", serviceVersion: typeof(TelemetryExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion, serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}")
        .AddTelemetrySdk().AddEnvironmentVariableDetector();

    private static void To(TelemetrySettings settings, OtlpExporterOptions exporter, string signal)
    {
        exporter.Protocol = settings.Protocol == OtlpKind.Grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = settings.Protocol == OtlpKind.Grpc ? settings.Endpoint! : new Uri($"{settings.Endpoint!.AbsoluteUri.TrimEnd('/')}/v1/{signal}");
    }
}
