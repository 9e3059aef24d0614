using System.Reflection;
using NodaTime;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.Partitions;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>What older programs stored of a partition's memory is read for as long as it is kept.</summary>
public sealed class OlderCheckpointTests
{
    // Stored by the program of 26 November 2026 (3ec1620) under the secret 42, for the three events below.
    private const string StateOfVersion2 =
        "02020003736D7301540002F204F20401010000F404F404010100000000020000FFFFFFFFFFFFFFFF7F80AD87C7ADF7FE3E01010002010000000100FFFFFFFFFFFFFFFF7F80A0C8DEB9F9FE3E020100000003B8853CD4C002C88F3CD4C002CA8F3CD4C002000000";
    private const string IdsOfVersion1 =
        "3FC1D9D58ABEF40549253123408D043050F4CF4FA380157A01000000000000002A50000045557F8A9FED9B9B2619893BACF785905CA85135A90DDC9402000000000000002A500000DEE09A19F1979520523C3325D3DA89963E499E6B8B83166100000000000000002A500000";

    [Fact]
    public async Task A_partition_goes_on_from_totals_and_ids_of_older_versions()
    {
        var store = DispatchProxy.Create<IRatingStore, OlderStore>();
        var older = (OlderStore)(object)store;
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 10, 12, 0), new RatingSettings { Partitions = 1, IdSecret = 42 }, store: store);
        await world.Engine.PutCatalogAsync(
            EngineWorld.Tenant,
            """{"currency":"EUR","meters":[{"key":"sms","event":"sms"}],"plans":[{"key":"p","charges":[{"key":"sms","model":"perUnit","meter":"sms","price":"0.10"}]}]}""",
            new LocalDate(2026, 1, 1), default);
        await world.Engine.PutPartiesAsync(
            EngineWorld.Tenant,
            """{"accounts":[{"id":"A"}],"subscriptions":[{"id":"S","account":"A","start":"2026-02-01","changes":[{"plan":"p"}]},{"id":"T","account":"A","start":"2026-02-01","changes":[{"plan":"p"}]}],"subjects":[{"subject":"49","subscription":"S","from":"2026-01-01T00:00:00Z"},{"subject":"50","subscription":"T","from":"2026-01-01T00:00:00Z"}]}""",
            default);
        await world.SendAsync(Sms("a", "49", "2026-02-10T12:00:00Z"), Sms("b", "49", "2026-03-09T12:00:00.5Z"), Sms("c", "50", "2026-03-09T13:00:00Z"));
        await world.StopAsync();
        (older.State, older.Ids) = (Convert.FromHexString(StateOfVersion2), Convert.FromHexString(IdsOfVersion1));
        await world.OpenAsync();
        await world.SendAsync(Sms("a", "49", "2026-02-10T12:00:00Z"), Sms("b", "50", "2026-03-09T12:00:00.5Z"), Sms("c", "50", "2026-03-09T13:00:00Z"), Sms("d", "50", "2026-03-10T11:00:00Z"));
        Assert.Equal(
            (4, 2, 1),
            ((await world.VerdictsAsync())[(Verdict.Rated, VerdictReason.None)], (await world.VerdictsAsync())[(Verdict.Duplicate, VerdictReason.None)], (await world.VerdictsAsync())[(Verdict.Suspended, VerdictReason.IdConflict)]));
        // Nothing is invoiced yet: a and b for S, c and d for T.
        Assert.Equal(("0.20", "0.20"), ((await world.BalanceAsync("S")).Charge.ToText(), (await world.BalanceAsync("T")).Charge.ToText()));
        // The auditor also knows at which position each repeated id was first.
        await world.MustBeCleanAsync("a partition opened on older blocks");
    }

    [Fact]
    public void Ids_are_found_wherever_their_positions_and_days_lie()
    {
        // Alone, close together, far apart; with lengths that would pass for an older block without the byte that is added then.
        foreach (var (count, step, day) in new[] { (1, 1L, 0), (21, 1L, 0), (300, 1L, 1), (300, 1_000L, 300), (40, 1L << 50, 0), (97, 3L, 0) })
        {
            var pending = new PendingIds();
            var random = new Random(count);
            var ids = Enumerable.Range(0, count).Select(i => (Hash: new UInt128((ulong)random.NextInt64(), (ulong)i), What: new RememberedIds.Remembered((ulong)random.NextInt64(), i * step, 20_000 + i * day))).ToList();
            foreach (var (id, what) in ids) pending.Set(id, what);
            var (bytes, lastDay) = IdEntries.Write(pending.Sorted());
            Assert.NotEqual(0, bytes.Length % 36);
            var entries = IdEntries.Of(bytes.Span);
            Assert.Equal((count, 20_000 + (count - 1) * day), (entries.CountIn(bytes.Span), lastDay));
            foreach (var (id, what) in ids) Assert.Equal((true, what), (entries.TryFind(bytes.Span, id, out var found), found));
            Assert.False(entries.TryFind(bytes.Span, UInt128.MaxValue, out _));
        }
    }

    private static string Sms(string id, string subject, string time) => $$"""{"specversion":"1.0","id":"{{id}}","source":"app","type":"sms","subject":"{{subject}}","time":"{{time}}"}""";

    /// <summary>A store that has blocks of an older program, once they are set.</summary>
    public class OlderStore : DispatchProxy
    {
        private IRatingStore Inner { get; } = new MemoryRatingStore(1);

        public byte[]? State { get; set; }

        public byte[]? Ids { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
        {
            nameof(IRatingStore.ReadStateAsync) when State is { } bytes => new[] { new StateBlock(1, true, bytes) }.ToAsyncEnumerable(),
            nameof(IRatingStore.ReadIdsAsync) when Ids is { } bytes => new[] { new IdBlock(1, 20_522, bytes) }.ToAsyncEnumerable(),
            nameof(IRatingStore.ReadIdBlock) when Ids is { } bytes && (long)args![1]! == 1 => new IdBlock(1, 20_522, bytes),
            _ => targetMethod.Invoke(Inner, args),
        };
    }
}
