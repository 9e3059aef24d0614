using System.Text;
using Confluent.Kafka;

namespace Rating.Tests.Serve;

/// <summary>A message as another program reads it.</summary>
internal sealed class ForeignMessage(Message<byte[], byte[]> message)
{
    public string Text => message.Value is null ? "" : Encoding.UTF8.GetString(message.Value);

    public string Header(string name) => Encoding.UTF8.GetString(message.Headers.Single(header => header.Key == name).GetValueBytes());
}
