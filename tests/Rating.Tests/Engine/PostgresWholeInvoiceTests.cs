using System.Globalization;
using NodaTime;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Postgres;
using Rating.TestKit;
using Rating.Tests.Contracts;

namespace Rating.Tests.Engine;

/// <summary>The whole engine on PostgreSQL, faults included; the auditor has the last word.</summary>
[NeedsPostgres]
[Collection(PostgresCollection.Name)]
public sealed class PostgresWholeInvoiceTests(PostgresServer postgres) : IDisposable
{
    private readonly string _database = postgres.TakeDatabase();

    public void Dispose() => postgres.ReturnDatabase(_database);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task The_oracle_agrees_on_every_verdict_charge_and_invoice(int seed) =>
        await WholeInvoiceTests.PlayAsync(seed, await PostgresRatingStore.OpenAsync(postgres.Settings(_database), TimeProvider.System, default));

    /// <summary>A commit is done and its reply lost, again and again, and once the database crashes: every record counts once.</summary>
    [Fact]
    public async Task Lost_replies_and_a_crash_of_the_database_count_no_record_twice()
    {
        const int rounds = 6, perRound = 50;
        await using var proxy = new TcpProxy(postgres.Server.Port);
        var store = await PostgresRatingStore.OpenAsync(postgres.Settings(_database, proxy.Port), TimeProvider.System, default);
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 1, 0, 0), new RatingSettings { Partitions = 1 }, store: store);
        for (var round = 0; round < rounds; round++)
        {
            if (round == rounds / 2)
            {
                postgres.Server.Crash();
                postgres.Server.Up();
            }
            else
            {
                proxy.LoseNextReply();
            }

            await world.SendAsync([.. Enumerable.Range(0, perRound).Select(number => Event(round, number))]);
        }

        Assert.Equal(rounds * perRound, (await world.VerdictsAsync())[(Verdict.Suspended, VerdictReason.UnknownSubject)]);
        await world.MustBeCleanAsync("after lost replies");
    }

    private static string Event(int round, int number) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"specversion":"1.0","id":"{{round}}-{{number}}","source":"pbx","type":"call","subject":"nobody","data":{"seconds":"{{number}}"} }""");
}
