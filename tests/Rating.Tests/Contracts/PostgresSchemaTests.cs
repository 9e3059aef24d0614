using Npgsql;
using Rating.Domain;
using Rating.Engine;
using Rating.Postgres;

namespace Rating.Tests.Contracts;

[NeedsPostgres]
[Collection(PostgresCollection.Name)]
public sealed class PostgresSchemaTests(PostgresServer postgres)
{
    private readonly string _database = postgres.Server.CreateDatabase();

    [Fact]
    public async Task Eight_nodes_that_migrate_an_empty_database_at_once_do_not_collide()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => PostgresSchema.MigrateAsync(postgres.Server.ConnectionString(_database), default))));
        Assert.Equal((long)PostgresSchema.Version, postgres.Server.Run(_database, "SELECT count(*) FROM rating.schema_version"));
        Assert.Equal("rating_owner", postgres.Server.Run(_database, "SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'rating'"));
    }

    [Fact]
    public async Task A_newer_schema_is_refused()
    {
        await PostgresSchema.MigrateAsync(postgres.Server.ConnectionString(_database), default);
        postgres.Server.Run(_database, "INSERT INTO rating.schema_version VALUES (99)");
        var refused = await Assert.ThrowsAsync<Refused>(() => PostgresRatingStore.OpenAsync(postgres.Settings(_database), TimeProvider.System, default));
        Assert.Equal("data.newer", refused.Code);
    }

    [Fact]
    public async Task A_login_without_rights_cannot_migrate_and_needs_not_when_the_schema_is_there()
    {
        var settings = postgres.Settings(_database) with { OwnerConnectionString = null };
        var refused = await Assert.ThrowsAsync<Refused>(() => PostgresRatingStore.OpenAsync(settings, TimeProvider.System, default));
        Assert.Equal("store.denied", refused.Code);
        await PostgresSchema.MigrateAsync(postgres.Server.ConnectionString(_database), default);
        await using var store = await PostgresRatingStore.OpenAsync(settings, TimeProvider.System, default);
        Assert.Equal("mine", await store.SettingsAsync("mine", default));
    }

    [Fact]
    public async Task A_login_that_is_no_superuser_migrates_once_an_administrator_ran_the_roles_script()
    {
        postgres.Server.Run(_database, "CREATE ROLE plain_migrator LOGIN; GRANT rating_owner, rating_app TO plain_migrator");
        postgres.Server.Run(_database, $"GRANT CREATE ON DATABASE {_database} TO plain_migrator");
        var settings = postgres.Settings(_database) with { OwnerConnectionString = postgres.Server.ConnectionString(_database, "plain_migrator") };
        await using var store = await PostgresRatingStore.OpenAsync(settings, TimeProvider.System, default);
        Assert.Equal(1, (await store.TakeOverAsync(0, default)).Epoch);
    }

    [Fact]
    public async Task A_login_that_is_no_member_of_the_application_role_is_refused()
    {
        postgres.Server.Run(_database, "CREATE ROLE stranger LOGIN");
        await PostgresSchema.MigrateAsync(postgres.Server.ConnectionString(_database), default);
        var settings = postgres.Settings(_database) with { ConnectionString = postgres.Server.ConnectionString(_database, "stranger") };
        Assert.Equal("store.denied", (await Assert.ThrowsAsync<Refused>(() => PostgresRatingStore.OpenAsync(settings, TimeProvider.System, default))).Code);
    }

    [Fact]
    public async Task A_database_that_is_not_UTF_8_is_refused()
    {
        var latin = postgres.Server.CreateDatabase("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
        Assert.Equal("store.encoding", (await Assert.ThrowsAsync<Refused>(() => PostgresSchema.MigrateAsync(postgres.Server.ConnectionString(latin), default))).Code);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_refused_and_a_server_that_is_not_there_is_unavailable()
    {
        Assert.Equal("store.denied", (await Assert.ThrowsAsync<Refused>(() => PostgresSchema.MigrateAsync(postgres.Server.ConnectionString("nowhere"), default))).Code);
        await Assert.ThrowsAsync<Unavailable>(() => PostgresSchema.MigrateAsync(postgres.Server.ConnectionString(_database, port: 1), default));
    }
}
