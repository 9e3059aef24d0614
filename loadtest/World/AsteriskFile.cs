using NodaTime;

namespace Rating.Loadtest.World;

/// <summary>A made-up Asterisk <c>Master.csv</c>: columns, quoting and unanswered calls as the real one has them.</summary>
internal static class AsteriskFile
{
    private static readonly string[] Destinations = ["494066969100", "442079460900", "4915112345678", "33145678901", "12125550100"];

    public static string Write(string folder, int rows, int subscriptions)
    {
        var path = Path.Combine(folder, "Master.csv");
        var random = new Random(7);
        var start = Instant.FromUtc(2026, 3, 1, 0, 0);
        using var file = new StreamWriter(path);
        for (var i = 0; i < rows; i++)
        {
            var from = Customers.Subject((int)(i * 7_919L % subscriptions), random.Next(2));
            var to = Destinations[random.Next(Destinations.Length)];
            start += Duration.FromMilliseconds(random.Next(0, 3_000));
            var begun = Instant.FromUnixTimeSeconds(start.ToUnixTimeSeconds());
            var (rings, talks) = (random.Next(2, 20), random.Next(100) < 30 ? 0 : random.Next(1, 900));
            var answered = talks == 0 ? "" : Text(begun + Duration.FromSeconds(rings));
            file.Write($"\"\",\"{from}\",\"{to}\",\"from-internal\",\"\"\"Caller {i % 5000}\"\" <{from}>\",\"PJSIP/office-{i:x8}\",\"PJSIP/carrier-{i + 1:x8}\",\"Dial\",\"PJSIP/{to}@carrier,60,r\",");
            file.Write($"\"{Text(begun)}\",\"{answered}\",\"{Text(begun + Duration.FromSeconds(rings + talks))}\",{rings + talks},{talks},\"{(talks == 0 ? "NO ANSWER" : "ANSWERED")}\",\"DOCUMENTATION\",\"{begun.ToUnixTimeSeconds()}.{i}\",\"\"\n");
        }

        return path;
    }

    private static string Text(Instant time) => $"{time:uuuu-MM-dd HH:mm:ss}";
}
