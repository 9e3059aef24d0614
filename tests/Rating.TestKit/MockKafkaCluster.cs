using System.Runtime.InteropServices;
using Rating.Kafka;

namespace Rating.TestKit;

/// <summary>librdkafka's mock cluster. It speaks Kafka's protocol and keeps 5 MiB or 100,000 message sets per partition, in memory.</summary>
internal sealed unsafe partial class MockKafkaCluster : IDisposable
{
    private const string Library = "librdkafka";
    private const int Producer = 0;
    private const int ProblemBytes = 512;
    private readonly nint _client;
    private readonly nint _cluster;

    public MockKafkaCluster(int brokers)
    {
        if (Librdkafka.Problem is { } missing) throw new InvalidOperationException(missing);
        Librdkafka.ServeTo(typeof(MockKafkaCluster).Assembly);
        var conf = ConfNew();
        ConfSetLog(conf, 0);
        var problem = stackalloc byte[ProblemBytes];
        _client = New(Producer, conf, problem, ProblemBytes);
        if (_client == 0) throw new InvalidOperationException(Marshal.PtrToStringUTF8((nint)problem));
        _cluster = ClusterNew(_client, brokers);
    }

    public string Bootstrap => Marshal.PtrToStringUTF8(Bootstraps(_cluster))!;

    public void CreateTopic(string topic, int partitions) => Check(TopicCreate(_cluster, topic, partitions, 1));

    public void SetUp(int broker, bool isUp) => Check(isUp ? BrokerUp(_cluster, broker) : BrokerDown(_cluster, broker));

    public void SetLatency(int broker, int latencyMs) => Check(BrokerLatency(_cluster, broker, latencyMs));

    public void SetLeader(string topic, int partition, int broker) => Check(PartitionLeader(_cluster, topic, partition, broker));

    public void DeleteRecords(string topic, int partition, long before) => Check(PartitionDelete(_cluster, topic, partition, before));

    public void ClearErrors(short request) => RequestErrorsClear(_cluster, request);

    public void SetTopicError(string topic, int error) => TopicError(_cluster, topic, error);

    /// <summary>Clients are told to find the broker at another port: that of a proxy in front of it.</summary>
    public void Advertise(int broker, int port) => BrokerHostPort(_cluster, broker, "127.0.0.1", port);

    public void PushErrors(short request, int[] errors)
    {
        fixed (int* first = errors) RequestErrors(_cluster, request, (nuint)errors.Length, first);
    }

    public void Dispose()
    {
        ClusterDestroy(_cluster);
        Destroy(_client);
    }

    private static void Check(int error)
    {
        if (error != 0) throw new InvalidOperationException(Marshal.PtrToStringUTF8(ErrorText(error)));
    }

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_new")]
    private static partial nint ConfNew();

    [LibraryImport(Library, EntryPoint = "rd_kafka_conf_set_log_cb")]
    private static partial void ConfSetLog(nint conf, nint callback);

    [LibraryImport(Library, EntryPoint = "rd_kafka_new")]
    private static partial nint New(int type, nint conf, byte* problem, nuint problemSize);

    [LibraryImport(Library, EntryPoint = "rd_kafka_destroy")]
    private static partial void Destroy(nint client);

    [LibraryImport(Library, EntryPoint = "rd_kafka_err2str")]
    private static partial nint ErrorText(int error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_new")]
    private static partial nint ClusterNew(nint client, int brokers);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_destroy")]
    private static partial void ClusterDestroy(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    private static partial nint Bootstraps(nint cluster);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int TopicCreate(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_down")]
    private static partial int BrokerDown(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_up")]
    private static partial int BrokerUp(nint cluster, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_rtt")]
    private static partial int BrokerLatency(nint cluster, int broker, int latencyMs);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_partition_set_leader", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PartitionLeader(nint cluster, string topic, int partition, int broker);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_partition_delete_records", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PartitionDelete(nint cluster, string topic, int partition, long before);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_clear_request_errors")]
    private static partial void RequestErrorsClear(nint cluster, short request);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_topic_set_error", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void TopicError(nint cluster, string topic, int error);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_broker_set_host_port", StringMarshalling = StringMarshalling.Utf8)]
    private static partial void BrokerHostPort(nint cluster, int broker, string host, int port);

    [LibraryImport(Library, EntryPoint = "rd_kafka_mock_push_request_errors_array")]
    private static partial void RequestErrors(nint cluster, short request, nuint count, int* errors);
}
