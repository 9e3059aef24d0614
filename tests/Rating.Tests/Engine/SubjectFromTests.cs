using NodaTime;
using Rating.Domain.Usage;

namespace Rating.Tests.Engine;

/// <summary>A subject belongs to a subscription from a moment on, exactly: the place that most have in memory holds whole seconds from 1970 to 2106 only.</summary>
public sealed class SubjectFromTests
{
    [Fact]
    public async Task A_subject_belongs_to_its_subscription_from_its_very_first_moment_on()
    {
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 3, 10, 0, 0));
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, """{"currency":"EUR","effectiveFrom":"2026-01-01","meters":[{"key":"sms","event":"sms","aggregation":"count"}],"plans":[{"key":"p","charges":[{"key":"sms","model":"perUnit","meter":"sms","price":"1"}]}]}""", null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, """
            {"accounts":[{"id":"A"}],"subscriptions":[{"id":"S","account":"A","start":"2026-03-01","changes":[{"plan":"p"}]}],
             "subjects":[{"subject":"whole","subscription":"S","from":"2026-03-05T10:00:00Z"},{"subject":"half","subscription":"S","from":"2026-03-05T10:00:00.5Z"},
                         {"subject":"early","subscription":"S","from":"1960-01-01T00:00:00Z"},{"subject":"late","subscription":"S","from":"2162-03-05T10:00:00Z"}]}
            """, default);
        // Each twice, before and after: what does not belong yet waits. 2162 is 2026 and 2^32 seconds.
        await world.SendAsync(
            Event("whole", "09:59:59.9999999"), Event("whole", "10:00:00"), Event("half", "10:00:00.4999999"), Event("half", "10:00:00.5"), Event("early", "09:00:00"), Event("early", "11:00:00"),
            Event("late", "09:00:00"), Event("late", "11:00:00"));
        Assert.Equal(new Dictionary<(Verdict, VerdictReason), long> { [(Verdict.Rated, VerdictReason.None)] = 4, [(Verdict.Suspended, VerdictReason.UnknownSubject)] = 4 }, await world.VerdictsAsync());
        Assert.Equal("4.00", (await world.BalanceAsync("S")).Charge.ToText());
        await world.MustBeCleanAsync("subjects from a moment on");
    }

    private static string Event(string subject, string time) =>
        $"{{\"specversion\":\"1.0\",\"id\":\"{subject}-{time}\",\"source\":\"app\",\"type\":\"sms\",\"subject\":\"{subject}\",\"time\":\"2026-03-05T{time}Z\",\"data\":{{}}}}";
}
