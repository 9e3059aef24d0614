using System.Net;

namespace Rating.Server.Hosting;

/// <summary>Which cluster this process is to be one of, and under which address the others reach it.</summary>
/// <param name="Name">The cluster's name; its silos have the same topic and database.</param>
/// <param name="Address">The address that the other silos connect to.</param>
/// <param name="Port">The port that it listens on for them.</param>
/// <param name="ConnectionString">The database of the members, with the program's schema in the search path.</param>
internal sealed record ClusterPlace(string Name, IPAddress Address, int Port, string ConnectionString);
