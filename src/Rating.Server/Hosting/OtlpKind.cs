namespace Rating.Server.Hosting;

/// <summary>How an OTLP receiver is spoken to.</summary>
internal enum OtlpKind
{
    /// <summary>Protobuf over HTTP, usually on port 4318.</summary>
    Http,

    /// <summary>gRPC, usually on port 4317.</summary>
    Grpc,
}
