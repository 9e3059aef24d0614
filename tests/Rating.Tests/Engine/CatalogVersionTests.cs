using System.Reflection;
using System.Text.Json;
using NodaTime;
using Rating.Domain;
using Rating.Engine.Books;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>Which catalog version holds for whom (docs/formats.md, "Terms"): a change applies from its day, and those who have the plan already keep it or move as it says.</summary>
public sealed class CatalogVersionTests
{
    private static readonly TenantId Tenant = new("t");

    [Theory]
    // Version 2 of 2026-03-16 is not for who had the plan before; version 3 of 2026-05-01 is, but only from July on.
    [InlineData("2026-01-01", """{"from":"2026-01-01","plan":"p"}""", "2026-03-01", "1")]
    [InlineData("2026-01-01", """{"from":"2026-01-01","plan":"p"}""", "2026-05-01", "1")]
    [InlineData("2026-01-01", """{"from":"2026-01-01","plan":"p"}""", "2026-07-01", "3")]
    [InlineData("2026-04-01", """{"from":"2026-04-01","plan":"p"}""", "2026-04-01", "2")]
    [InlineData("2026-04-01", """{"from":"2026-04-01","plan":"p"}""", "2026-06-01", "2")]
    [InlineData("2026-04-01", """{"from":"2026-04-01","plan":"p"}""", "2026-07-01", "3")]
    [InlineData("2026-05-01", """{"from":"2026-05-01","plan":"p"}""", "2026-05-01", "3")]
    // More seats are the same plan; another plan in between is a new beginning.
    [InlineData("2026-01-01", """{"from":"2026-01-01","plan":"p"},{"from":"2026-04-10","plan":"p","quantities":{"seats":"2"}}""", "2026-04-01", "1,1")]
    [InlineData("2026-01-01", """{"from":"2026-01-01","plan":"p"},{"from":"2026-02-01","plan":"q"},{"from":"2026-04-10","plan":"p"}""", "2026-04-01", "2,2")]
    // Plan q says nothing: everybody moves, in the middle of the period.
    [InlineData("2026-01-01", """{"from":"2026-01-01","plan":"q"}""", "2026-03-01", "1,2")]
    public void The_version_in_force_is_the_latest_that_is_for_the_subscription(string start, string changes, string period, string versions)
    {
        using var book = new Book();
        Put(book, 1, "2000-01-01", "1", "\"move\"");
        Put(book, 2, "2026-03-16", "2", "\"keep\"");
        Put(book, 3, "2026-05-01", "3", "\"2026-07-01\"");
        book.Apply(new BookChange(4, Tenant, default, $$"""{"kind":"parties","accounts":[{"id":"a"}],"subscriptions":[{"id":"s","account":"a","timeZone":"UTC","start":"{{start}}","changes":[{{changes}}]}]}"""));
        var found = book.Read(all =>
        {
            var entry = all.Tenant(Tenant)!.Subscriptions["s"];
            return all.Tenant(Tenant)!.Terms(entry, entry.Subscription.Schedule.NumberOf(LocalDateOf(period))).Spans.Select(span => span.Revision.CatalogVersion);
        });
        Assert.Equal(versions, string.Join(',', found));
    }

    [Fact]
    public void Usage_is_rated_under_the_version_that_is_invoiced()
    {
        using var book = new Book();
        Put(book, 1, "2000-01-01", "1", "\"move\"");
        Put(book, 2, "2026-03-16", "2", "\"keep\"");
        book.Apply(new BookChange(3, Tenant, default, """
            {"kind":"parties","accounts":[{"id":"a"}],"subscriptions":[
             {"id":"old","account":"a","timeZone":"UTC","start":"2026-01-01","changes":[{"from":"2026-01-01","plan":"p"}]},
             {"id":"new","account":"a","timeZone":"UTC","start":"2026-03-20","changes":[{"from":"2026-03-20","plan":"p"}]}]}
            """));
        // In an order that would let the one's answer be taken for the other's.
        foreach (var id in new[] { "new", "old", "new" })
            book.Read(all =>
            {
                var entry = all.Tenant(Tenant)!.Subscriptions[id];
                var span = all.Tenant(Tenant)!.SpanAt(entry, Instant.FromUtc(2026, 4, 5, 0, 0), all.Sequence)!;
                Assert.Equal(id == "old" ? 1 : 2, span.Revision.CatalogVersion);
                return 0;
            });
    }

    [Fact]
    public void What_a_version_says_about_existing_subscriptions_is_no_change_of_the_plan()
    {
        using var book = new Book();
        Put(book, 1, "2000-01-01", "1", "\"move\"");
        Put(book, 2, "2026-03-16", "1", "\"keep\"");
        Assert.Same(book.Read(all => all.Tenant(Tenant)!.Catalogs[0].Catalog.Plans["p"]), book.Read(all => all.Tenant(Tenant)!.Catalogs[1].Catalog.Plans["p"]));
    }

    /// <summary>docs/formats.md, "The book": the stored version is the number of the tenant's catalog changes up to it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_puts_at_once_never_store_the_same_version(bool isAnotherProcess)
    {
        const string catalog = """{"currency":"EUR","plans":[{"key":"p","charges":[{"key":"seat","model":"recurring","price":"1"}]}]}""";
        var store = DispatchProxy.Create<IRatingStore, FaultyStore>();
        var faults = (FaultyStore)(object)store;
        faults.Inner = new MemoryRatingStore(3);
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 1, 1, 0, 0), store: store);
        Task other = Task.CompletedTask;
        var isFirst = true;
        // The first put is about to be stored when the other one comes: in this process, or from another, which is quicker.
        faults.OnAppend = async _ =>
        {
            if (!isFirst) return;
            isFirst = false;
            if (!isAnotherProcess) other = world.Engine.PutCatalogAsync(EngineWorld.Tenant, catalog, null, default);
            else await faults.Inner.AppendBookAsync(new BookChange(1, EngineWorld.Tenant, default, $$"""{"kind":"catalog","version":1,"effectiveFrom":"2026-01-01","catalog":{{catalog}}}"""), default);
        };
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, catalog, null, default);
        await other;
        var versions = new List<int>();
        await foreach (var change in store.ReadBookAsync(0, default))
        {
            using var document = JsonDocument.Parse(change.Document);
            versions.Add(document.RootElement.GetProperty("version").GetInt32());
        }

        Assert.Equal([1, 2], versions);
    }

    private static void Put(Book book, int version, string from, string price, string existing) => book.Apply(new BookChange(version, Tenant, default, $$$"""
        {"kind":"catalog","version":{{{version}}},"effectiveFrom":"{{{from}}}","catalog":{"currency":"EUR","plans":[
          {"key":"p","existing":{{{existing}}},"charges":[{"key":"seat","model":"recurring","price":"{{{price}}}"}]},
          {"key":"q","charges":[{"key":"seat","model":"recurring","price":"{{{price}}}"}]}]}}
        """));

    private static LocalDate LocalDateOf(string text) => NodaTime.Text.LocalDatePattern.Iso.Parse(text).Value;
}
