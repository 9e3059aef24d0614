using System.Globalization;

namespace Rating.Loadtest.Pipeline;

/// <summary>CPU time of the broker and of all processes of the database so far, from <c>/proc</c>.</summary>
/// <param name="Broker">The mock Kafka's.</param>
/// <param name="Database">PostgreSQL's.</param>
internal readonly record struct OutsideCpu(TimeSpan Broker, TimeSpan Database)
{
    // Kernel time per tick as /proc shows it: USER_HZ, 100 on Linux.
    private const double TickSeconds = 0.01;
    private const int ParentField = 1, UserField = 11, WaitedForFields = 4;

    public static OutsideCpu Of(Outside outside)
    {
        // The parent of the process that serves a connection, which must be open meanwhile.
        using var connection = outside.Postgres.Connect("postgres");
        var postmaster = int.Parse(Fields(connection.ProcessID)![ParentField], CultureInfo.InvariantCulture);
        var database = Ticks(postmaster, WaitedForFields);
        foreach (var folder in Directory.GetDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Fields(id) is { } fields && fields[ParentField] == postmaster.ToString(CultureInfo.InvariantCulture))
                database += Ticks(id, 2);
        return new OutsideCpu(TimeSpan.FromSeconds(Ticks(outside.Kafka.ProcessId, 2) * TickSeconds), TimeSpan.FromSeconds(database * TickSeconds));
    }

    public static OutsideCpu operator -(OutsideCpu after, OutsideCpu before) => new(after.Broker - before.Broker, after.Database - before.Database);

    // User and system time; with those of children that ended, four fields.
    private static long Ticks(int id, int fields) => Fields(id) is { } all ? all.Skip(UserField).Take(fields).Sum(text => long.Parse(text, CultureInfo.InvariantCulture)) : 0;

    // What follows the name, which may hold anything.
    private static string[]? Fields(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // it has ended
        }
    }
}
