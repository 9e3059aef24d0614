using System.Net;

namespace Rating.Orleans.Nodes;

/// <summary>How a process takes part in a cluster.</summary>
public sealed record ClusterSettings
{
    /// <summary>The database of membership, reminders and stream subscriptions, as Npgsql reads it: with the schema of the program in its search path.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Silos of one cluster have the same name, and the same log and store.</summary>
    public string Cluster { get; init; } = "rating";

    /// <summary>The address under which the other silos reach this one.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port on which it listens for them.</summary>
    public int Port { get; init; } = 11_111;

    /// <summary>How often the calendar is looked at for closes that are due; null: never, closes are started by hand. At least a minute.</summary>
    public TimeSpan? CalendarEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often a silo is asked whether it lives, and how long it may take to answer.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest that a probe of a silo which answers slowly may take.</summary>
    public TimeSpan ProbeTimeoutMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>After so many missed probes a silo is declared dead.</summary>
    public int ProbesMissed { get; init; } = 2;

    /// <summary>So many silos must say so.</summary>
    public int Votes { get; init; } = 1;
}
