using System.Text;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine.Intake;

namespace Rating.Tests.Engine;

/// <summary>The decoder's short way for plain events takes nothing that its general way refuses, and makes the same of it.</summary>
public sealed class DecoderTests
{
    private static readonly TenantId Tenant = new("t");
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 21, 12, 0);

    private static readonly string[] Samples =
    [
        """{"specversion":"1.0","id":"0-1","source":"pbx","type":"call.completed","subject":"493000000011","time":"2026-03-04T05:06:07Z","data":{"duration_seconds":61,"called":"4420794609"}}""",
        """{"specversion":"1.0","id":"a","source":"pbx","type":"sms.sent"}""",
        """{"specversion":"1.0","id":"a","source":"pbx","type":"sms.sent","data":{}}""",
        """{ "specversion" : "1.0", "id" : "a", "source" : "pbx", "type" : "t", "datacontenttype" : "application/json", "traceparent" : "00-1", "data" : { "b" : -0.25, "a" : true, "c" : false, "d" : "" } }""",
        """{"specversion":"1.0","id":"é","source":"ü€😀","type":"t","subject":"s\u00e9","partitionkey":"p","callkey":"c","notbillable":"internal","data":{"é":"ß","n":1e3,"x":null,"o":{"p":1,"q":{"r":"2"}},"l":[1,{"a":2}]}}""",
        """{"specversion":"1.0","id":"a","source":"pbx","type":"t","time":"2026-03-04T05:06:07.1234567+01:00","notbillable":"otherleg","ext":12.50,"flag":true,"data":{"a.b":"1","gigabytes":0.5,"host":"h1","pages":0}}""",
    ];

    [Fact]
    public void Plain_or_not_makes_no_difference()
    {
        const int seed = 90_210;
        var random = new Random(seed);
        var decoder = new EventDecoder();
        var (plain, wrong) = (UsageRecord.Blank(), 0);
        for (var round = 0; round < 60_000; round++)
        {
            var bytes = Mutated(random, Samples[random.Next(Samples.Length)]);
            // A blank before the event is allowed, and not plain.
            byte[] other = [(byte)' ', .. bytes];
            var isPlain = decoder.TryDecode(bytes, Tenant, Now, plain, out var problem);
            var general = decoder.Decode(other, Tenant, Now, out var said);
            var shown = $"seed {seed}, round {round}: {Encoding.UTF8.GetString(bytes)}";
            Assert.True(isPlain == general is not null, $"{shown}: '{problem}', '{said}'");
            if (general is null) wrong++;
            else Assert.True(Text(plain) == Text(general), $"{shown}\n{Text(plain)}\n{Text(general)}");
        }

        Assert.InRange(wrong, 10_000, 50_000);
    }

    [Fact]
    public void A_record_that_is_used_again_keeps_nothing_of_the_one_before()
    {
        var decoder = new EventDecoder();
        var again = UsageRecord.Blank();
        for (var round = 0; round < 3; round++)
            foreach (var sample in Samples)
            {
                Assert.True(decoder.TryDecode(Encoding.UTF8.GetBytes(sample), Tenant, Now, again, out var problem), problem);
                Assert.Equal(Text(new EventDecoder().Decode(Encoding.UTF8.GetBytes(sample), Tenant, Now, out _)!), Text(again));
            }
    }

    // One or two changes of the kinds that decide: a character of JSON's own, a piece left out, twice, or of another event.
    private static byte[] Mutated(Random random, string sample)
    {
        var bytes = Encoding.UTF8.GetBytes(sample).ToList();
        for (var changes = random.Next(3); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] = "\"\\{}[]:,0-.eE \n\t\0tfn"u8.ToArray()[random.Next(20)]; break;
                case 1: bytes.RemoveAt(at); break;
                case 2: bytes.Insert(at, "\"\\{}[]:,019-.eE \n\u0001"u8.ToArray()[random.Next(18)]); break;
                case 3: bytes[at] = (byte)random.Next(256); break;
                case 4: bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 30))); break;
                default: bytes.InsertRange(at, bytes.Skip(random.Next(bytes.Count)).Take(random.Next(1, 40)).ToList()); break;
            }

            if (bytes.Count == 0) bytes.Add((byte)'{');
        }

        return [.. bytes];
    }

    private static string Text(UsageRecord record)
    {
        var text = new StringBuilder($"{record.Tenant}|{record.Source}|{record.Id}|{record.Type}|{record.Subject}|{record.EventTime.ToUnixTimeTicks()}|{record.HasTime}|{record.IngestTime}|{record.PartitionKeyUtf8}|{record.CallKey}|{record.NotBillable}");
        foreach (var field in record.Data) text.Append($"|{field.Name}={field.Text} {field.IsNumber}");
        return text.ToString();
    }
}
