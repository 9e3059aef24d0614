using System.Globalization;

namespace Rating.TestKit;

/// <summary>The mock Kafka process: a cluster of librdkafka's mock brokers that obeys lines on standard input and answers each with a line.</summary>
internal static class MockKafkaProgram
{
    /// <summary>Runs until standard input ends, so that it never outlives the test run that started it.</summary>
    public static int Run(string[] args)
    {
        using var cluster = new MockKafkaCluster(args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1);
        Console.Out.WriteLine(cluster.Bootstrap);
        while (Console.In.ReadLine() is { } line)
        {
            try
            {
                Console.Out.WriteLine(Obey(cluster, line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            }
            catch (Exception e)
            {
                Console.Out.WriteLine($"error {e.Message.ReplaceLineEndings(" ")}");
            }
        }

        return 0;
    }

    private static string Obey(MockKafkaCluster cluster, string[] words)
    {
        int Number(int index) => int.Parse(words[index], CultureInfo.InvariantCulture);
        switch (words[0])
        {
            case "topic": cluster.CreateTopic(words[1], Number(2)); break;
            case "down": cluster.SetUp(Number(1), false); break;
            case "up": cluster.SetUp(Number(1), true); break;
            case "latency": cluster.SetLatency(Number(1), Number(2)); break;
            case "leader": cluster.SetLeader(words[1], Number(2), Number(3)); break;
            case "delete": cluster.DeleteRecords(words[1], Number(2), long.Parse(words[3], CultureInfo.InvariantCulture)); break;
            case "errors": cluster.PushErrors((short)Number(1), [.. words[2..].Select(word => int.Parse(word, CultureInfo.InvariantCulture))]); break;
            case "clear": cluster.ClearErrors((short)Number(1)); break;
            case "topic-error": cluster.SetTopicError(words[1], Number(2)); break;
            case "advertise": cluster.Advertise(Number(1), Number(2)); break;
            default: return $"error unknown command {words[0]}";
        }

        return "ok";
    }
}
