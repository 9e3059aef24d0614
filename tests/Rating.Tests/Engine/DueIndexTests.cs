using NodaTime;
using Rating.Domain;
using Rating.Engine.Books;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>Whose period is over: whatever is done to a book, the index says what looking at every subscription says, and passes over those whose time has not come.</summary>
public sealed class DueIndexTests
{
    private static readonly TenantId Tenant = new("t");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20261126)]
    public void It_finds_what_a_scan_of_the_book_finds(int seed)
    {
        var random = new Random(seed);
        using var book = new Book();
        string[] zones = ["UTC", "Europe/Berlin", "America/New_York"];
        Add("""{"kind":"catalog","version":1,"effectiveFrom":"2025-01-01","catalog":{"currency":"EUR","meters":[{"key":"m","event":"e"}],"plans":[{"key":"p","charges":[{"key":"c","model":"flat","meter":"m","price":"1"}]}]}}""");
        Add("""{"kind":"parties","accounts":[{"id":"a"}]}""");
        var (starts, ends) = (new List<LocalDate>(), new List<LocalDate?>());
        for (var (step, batch) = (0, 0); step < 300; step++)
        {
            switch (random.Next(4))
            {
                case 0 or 1 when starts.Count < 40:
                    starts.Add(new LocalDate(2026, 1, 1).PlusDays(random.Next(200)));
                    ends.Add(random.Next(3) == 0 ? starts[^1].PlusDays(1 + random.Next(90)) : null);
                    Put(starts.Count - 1);
                    break;
                case 2 when starts.Count > 0:
                    // May be refused: what is closed stays as it was.
                    var one = random.Next(starts.Count);
                    var before = ends[one];
                    ends[one] = random.Next(2) == 0 ? null : starts[one].PlusDays(1 + random.Next(120));
                    if (!Put(one)) ends[one] = before;
                    break;
                case 3 when starts.Count > 0:
                    var closed = random.Next(starts.Count);
                    Add($$"""{"kind":"close","batch":{{++batch}},"closes":[{"subscription":"s{{closed}}","period":{{book.Tenant(Tenant)!.Subscriptions[$"s{closed}"].NextClosing}},"supplementary":false}]}""");
                    break;
            }

            var now = new LocalDate(2026, 1, 1).PlusDays(random.Next(300)).AtMidnight().InUtc().ToInstant();
            var (over, last, ended) = Scan(now);
            var due = book.Tenant(Tenant)!.Due;
            Assert.True(over.SequenceEqual(Ids(due.Ending(now))) && last.SequenceEqual(Ids(due.EndingForGood(now))) && ended.SequenceEqual(Ids(due.Ended)), $"seed {seed}, step {step}");
        }

        bool Put(int subscription)
        {
            try
            {
                Add($$"""{"kind":"parties","subscriptions":[{"id":"s{{subscription}}","account":"a","timeZone":"{{zones[subscription % 3]}}","start":"{{starts[subscription]:uuuu-MM-dd}}"{{(ends[subscription] is { } end ? $",\"end\":\"{end:uuuu-MM-dd}\"" : "")}},"changes":[{"plan":"p"}]}]}""");
                return true;
            }
            catch (Refused)
            {
                return false;
            }
        }

        void Add(string document)
        {
            var change = new BookChange(book.Sequence + 1, Tenant, Instant.FromUnixTimeSeconds(0), document);
            book.Check(change);
            book.Apply(change);
        }

        // As docs/formats.md has it: the next period ends with the subscription or by itself; after the last there is only late usage, or a credit that is owed.
        (List<string> Over, List<string> Last, List<string> Ended) Scan(Instant now)
        {
            var (over, last, ended) = (new List<string>(), new List<string>(), new List<string>());
            foreach (var entry in book.Tenant(Tenant)!.Subscriptions.Values)
            {
                var of = entry.Subscription;
                var period = of.Schedule.Period(entry.LastClosing is { } closed ? closed + 1 : of.FirstPeriod);
                if (of.LastPeriod is { } final && period.Number > final) (entry.OwesCredit ? last : ended).Add(of.Id.Value);
                else if (of.EndInstant is { } end && end <= period.EndInstant) AddIf(last, end <= now, of);
                else AddIf(over, period.EndInstant <= now, of);
            }

            return ([.. over.Order()], [.. last.Order()], [.. ended.Order()]);

            static void AddIf(List<string> list, bool isSo, Rating.Domain.Billing.Subscription of)
            {
                if (isSo) list.Add(of.Id.Value);
            }
        }

        static IEnumerable<string> Ids(IEnumerable<SubscriptionEntry> entries) => entries.Select(entry => entry.Id.Value).Order();
    }
}
