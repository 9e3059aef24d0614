using Npgsql;
using Rating.Tests.Contracts;

namespace Rating.Tests.Faults;

/// <summary>The proxy in front of PostgreSQL: a fault hits the statement that it waits for, prepared or not, and no other.</summary>
[NeedsPostgres]
[Collection(PostgresCollection.Name)]
public sealed class PostgresProxyTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_statement_whose_reply_is_lost_was_executed_and_one_before_it_was_not_touched(bool isPrepared)
    {
        var database = postgres.TakeDatabase();
        await using var proxy = new TcpProxy(postgres.Server.Port, ProxyProtocol.Postgres);
        await using var connection = new NpgsqlConnection(postgres.Server.ConnectionString(database, port: proxy.Port) + ";Pooling=false");
        await connection.OpenAsync();
        await using var insert = new NpgsqlCommand("INSERT INTO rating.import (tenant, content_hash, name, row_count, imported_at) VALUES ('t', $1, 'n', 1, '')", connection) { Parameters = { new() { Value = "a" } } };
        if (isPrepared) await insert.PrepareAsync();
        await insert.ExecuteNonQueryAsync();
        proxy.LoseNextReply("INSERT INTO rating.import");
        await using (var other = new NpgsqlCommand("SELECT 1", connection)) Assert.Equal(1, await other.ExecuteScalarAsync());
        Assert.False(proxy.Happened.IsCompleted);
        insert.Parameters[0].Value = "b";
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => insert.ExecuteNonQueryAsync());
        await proxy.Happened;
        Assert.Equal(2L, postgres.Server.Run(database, "SELECT count(*) FROM rating.import"));
        postgres.ReturnDatabase(database);
    }

    [Fact]
    public async Task A_statement_that_is_lost_on_its_way_was_not_executed()
    {
        var database = postgres.TakeDatabase();
        await using var proxy = new TcpProxy(postgres.Server.Port, ProxyProtocol.Postgres);
        await using var connection = new NpgsqlConnection(postgres.Server.ConnectionString(database, port: proxy.Port) + ";Pooling=false");
        await connection.OpenAsync();
        proxy.LoseNextRequest("COMMIT");
        await using (var insert = new NpgsqlCommand("BEGIN; INSERT INTO rating.import (tenant, content_hash, name, row_count, imported_at) VALUES ('t', 'a', 'n', 1, '')", connection)) await insert.ExecuteNonQueryAsync();
        await using var commit = new NpgsqlCommand("COMMIT", connection);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => commit.ExecuteNonQueryAsync());
        await proxy.Happened;
        Assert.Equal(0L, postgres.Server.Run(database, "SELECT count(*) FROM rating.import"));
        postgres.ReturnDatabase(database);
    }
}
