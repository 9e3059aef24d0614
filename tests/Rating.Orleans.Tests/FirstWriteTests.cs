using Npgsql;
using NpgsqlTypes;

namespace Rating.Orleans.Tests;

/// <summary>The state that Orleans' ADO.NET provider keeps for grains: of first writes at the same time one wins. Its own script for PostgreSQL, without a unique key, left 51 to 68 rows for 40 grains.</summary>
[Collection(ClusterCollection.Name)]
public sealed class FirstWriteTests(ClusterServers servers)
{
    [PostgresFact]
    public async Task Sixteen_writers_of_forty_grains_leave_one_row_each_and_one_winner_each()
    {
        var database = await servers.DatabaseAsync();
        await using var source = NpgsqlDataSource.Create(servers.Postgres.ConnectionString(database, ClusterServers.AppLogin) + ";Search Path=rating;Options=-c role=rating_app");
        await using var command = source.CreateCommand("SELECT querytext FROM orleansquery WHERE querykey = 'WriteToStorageKey'");
        var write = (string)(await command.ExecuteScalarAsync())!;
        using var together = new Barrier(16);
        var won = new int[40];
        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Factory.StartNew(
            () =>
            {
                using var connection = source.OpenConnection();
                for (var grain = 0; grain < won.Length; grain++)
                {
                    together.SignalAndWait();
                    if (Write(connection, write, grain, null, writer) == 1) Interlocked.Increment(ref won[grain]);
                }
            },
            TaskCreationOptions.LongRunning)));
        Assert.All(won, winners => Assert.Equal(1, winners));
        Assert.Equal(40L, servers.Postgres.Run(database, "SELECT count(*) FROM rating.cluster_state"));
        // The next write names the version that it read; one that names another changes nothing and is told its own version, which the provider takes for a conflict.
        await using var later = await source.OpenConnectionAsync();
        Assert.Equal(2, Write(later, write, 0, 1, 99));
        Assert.Equal(1, Write(later, write, 0, 1, 98));
        Assert.Equal(2, servers.Postgres.Run(database, "SELECT version FROM rating.cluster_state WHERE grainidn1 = 0"));
    }

    private static int? Write(NpgsqlConnection connection, string text, int grain, int? version, int payload)
    {
        using var command = new NpgsqlCommand(text, connection);
        command.Parameters.AddWithValue("GrainIdHash", grain);
        command.Parameters.AddWithValue("GrainIdN0", 0L);
        command.Parameters.AddWithValue("GrainIdN1", (long)grain);
        command.Parameters.AddWithValue("GrainTypeHash", 1);
        command.Parameters.AddWithValue("GrainTypeString", "grain");
        command.Parameters.Add(new NpgsqlParameter("GrainIdExtensionString", NpgsqlDbType.Text) { Value = DBNull.Value });
        command.Parameters.AddWithValue("ServiceId", "rating");
        command.Parameters.Add(new NpgsqlParameter("GrainStateVersion", NpgsqlDbType.Integer) { Value = version ?? (object)DBNull.Value });
        command.Parameters.AddWithValue("PayloadBinary", new[] { (byte)payload });
        return command.ExecuteScalar() is int next ? next : null;
    }
}
