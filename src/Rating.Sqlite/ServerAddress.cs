namespace Rating.Sqlite;

/// <summary>The server that holds a data folder.</summary>
/// <param name="Pid">Its process id.</param>
/// <param name="Url">Where it answers, such as <c>http://127.0.0.1:8080</c>.</param>
public sealed record ServerAddress(int Pid, string Url);
