using System.Runtime.InteropServices;

namespace Rating.Kafka;

/// <summary>The functions of librdkafka's C API that reading by batch needs; Confluent.Kafka reads one record per call.</summary>
internal static unsafe partial class Native
{
    public const int Consumer = 1;
    public const int DestroyWithoutClose = 8;
    public const int PartitionEof = -191;
    public const int State = -172;
    public const int AutoOffsetReset = -140;
    public const int LogTruncation = -139;
    public const int OffsetOutOfRange = 1;

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_conf_new")]
    public static partial nint ConfNew();

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_conf_destroy")]
    public static partial void ConfDestroy(nint conf);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_conf_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ConfSet(nint conf, string name, string value, byte* problem, nuint problemSize);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_conf_set_log_cb")]
    public static partial void ConfSetLog(nint conf, nint callback);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_new")]
    public static partial nint New(int type, nint conf, byte* problem, nuint problemSize);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_destroy_flags")]
    public static partial void Destroy(nint client, int flags);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_poll_set_consumer")]
    public static partial int PollSetConsumer(nint client);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_consumer_poll")]
    public static partial Message* ConsumerPoll(nint client, int timeoutMs);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_topic_partition_list_new")]
    public static partial nint ListNew(int size);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_topic_partition_list_add", StringMarshalling = StringMarshalling.Utf8)]
    public static partial TopicPartition* ListAdd(nint list, string topic, int partition);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_topic_partition_list_destroy")]
    public static partial void ListDestroy(nint list);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_incremental_assign")]
    public static partial nint IncrementalAssign(nint client, nint list);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_seek_partitions")]
    public static partial nint SeekPartitions(nint client, nint list, int timeoutMs);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_offsets_store")]
    public static partial int OffsetsStore(nint client, nint list);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_error_string")]
    public static partial byte* ErrorString(nint error);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_error_destroy")]
    public static partial void ErrorDestroy(nint error);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_err2str")]
    public static partial byte* ErrorText(int code);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_offsets_for_times")]
    public static partial int OffsetsForTimes(nint client, nint list, int timeoutMs);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_get_watermark_offsets", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int WatermarksSeen(nint client, string topic, int partition, long* low, long* high);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_metadata")]
    public static partial int Metadata(nint client, int allTopics, nint topic, nint* metadata, int timeoutMs);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_metadata_destroy")]
    public static partial void MetadataDestroy(nint metadata);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_queue_get_partition", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint QueueOfPartition(nint client, string topic, int partition);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_queue_forward")]
    public static partial void QueueForward(nint queue, nint to);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_queue_cb_event_enable")]
    public static partial void QueueOnArrival(nint queue, delegate* unmanaged<nint, nint, void> callback, nint state);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_queue_destroy")]
    public static partial void QueueDestroy(nint queue);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_consume_batch_queue")]
    public static partial nint ConsumeBatch(nint queue, int timeoutMs, Message** messages, nuint messagesMax);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_message_destroy")]
    [SuppressGCTransition]
    public static partial void MessageDestroy(Message* message);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_message_timestamp")]
    [SuppressGCTransition]
    public static partial long MessageTimestamp(Message* message, int* type);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_message_headers")]
    [SuppressGCTransition]
    public static partial int MessageHeaders(Message* message, nint* headers);

    [LibraryImport(Librdkafka.Name, EntryPoint = "rd_kafka_header_get_all")]
    [SuppressGCTransition]
    public static partial int Header(nint headers, nuint index, byte** name, byte** value, nuint* size);

    /// <summary>The first element of <c>rd_kafka_topic_partition_list_t</c>: int cnt, int size, elements.</summary>
    public static TopicPartition* First(nint list) => *(TopicPartition**)(list + (2 * sizeof(int)));

    public static string Text(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    public static string TextOf(int code) => Text(ErrorText(code));

    /// <summary>The text of an error object, which is freed; null for none.</summary>
    public static string? TakeError(nint error)
    {
        if (error == 0) return null;
        var text = Text(ErrorString(error));
        ErrorDestroy(error);
        return text;
    }

    /// <summary><c>rd_kafka_message_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public int Error;
        public nint Topic;
        public int Partition;
        public byte* Payload;
        public nuint Length;
        public byte* Key;
        public nuint KeyLength;
        public long Offset;
        public nint Private;
    }

    /// <summary><c>rd_kafka_topic_partition_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TopicPartition
    {
        public nint Topic;
        public int Partition;
        public long Offset;
        public nint Metadata;
        public nuint MetadataSize;
        public nint Opaque;
        public int Error;
        public nint Private;
    }
}
