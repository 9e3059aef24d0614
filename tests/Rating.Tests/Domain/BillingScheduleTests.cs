using NodaTime;
using NodaTime.Text;
using Rating.Domain;
using Rating.Domain.Billing;

namespace Rating.Tests.Domain;

/// <summary>Where periods begin: the rules of docs/formats.md, "Terms", on anchors that months do not have and clocks that jump.</summary>
public sealed class BillingScheduleTests
{
    // Both ends of the day line, both hemispheres, clocks that change at midnight (Santiago, Beirut, Havana), and islands that once left a whole day out (Apia, 30 December 2011).
    private static readonly string[] Zones =
        ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Apia", "America/Santiago", "Asia/Beirut", "America/Havana", "Australia/Lord_Howe", "Africa/Casablanca"];

    [Theory]
    [InlineData("2026-01-31", "2026-01-31", "2026-02-28")]
    [InlineData("2026-02-27", "2026-01-31", "2026-02-28")]
    [InlineData("2026-02-28", "2026-02-28", "2026-03-31")]
    [InlineData("2028-02-28", "2028-01-31", "2028-02-29")]
    [InlineData("2028-02-29", "2028-02-29", "2028-03-31")]
    [InlineData("2026-04-30", "2026-04-30", "2026-05-31")]
    [InlineData("2026-12-31", "2026-12-31", "2027-01-31")]
    [InlineData("2100-02-28", "2100-02-28", "2100-03-31")]
    public void A_month_anchored_on_the_31st_starts_on_the_last_day_of_shorter_months(string day, string start, string end) => Starts(BillingInterval.Month, 31, 1, day, start, end);

    [Theory]
    [InlineData("2026-02-28", "2026-02-28", "2026-03-29")]
    [InlineData("2028-02-28", "2028-01-29", "2028-02-29")]
    [InlineData("2028-02-29", "2028-02-29", "2028-03-29")]
    public void A_month_anchored_on_the_29th_knows_leap_years(string day, string start, string end) => Starts(BillingInterval.Month, 29, 1, day, start, end);

    [Theory]
    [InlineData(1, "2026-03-08", "2026-03-02", "2026-03-09")]
    [InlineData(1, "2026-03-09", "2026-03-09", "2026-03-16")]
    [InlineData(7, "2026-03-08", "2026-03-08", "2026-03-15")]
    [InlineData(7, "2026-03-07", "2026-03-01", "2026-03-08")]
    [InlineData(1, "1999-12-31", "1999-12-27", "2000-01-03")]
    public void A_week_starts_on_its_iso_weekday(int anchor, string day, string start, string end) => Starts(BillingInterval.Week, anchor, 1, day, start, end);

    [Theory]
    [InlineData(1, 2, "2026-01-31", "2025-11-01", "2026-02-01")]
    [InlineData(1, 2, "2026-02-01", "2026-02-01", "2026-05-01")]
    [InlineData(31, 11, "2026-02-27", "2025-11-30", "2026-02-28")]
    [InlineData(31, 11, "2028-02-29", "2028-02-29", "2028-05-31")]
    public void A_quarter_starts_in_its_anchor_month_and_every_three_from_there(int day, int month, string on, string start, string end) => Starts(BillingInterval.Quarter, day, month, on, start, end);

    [Theory]
    [InlineData(29, 2, "2027-02-27", "2026-02-28", "2027-02-28")]
    [InlineData(29, 2, "2028-02-28", "2027-02-28", "2028-02-29")]
    [InlineData(1, 7, "2026-06-30", "2025-07-01", "2026-07-01")]
    public void A_year_starts_in_its_anchor_month(int day, int month, string on, string start, string end) => Starts(BillingInterval.Year, day, month, on, start, end);

    [Theory]
    [InlineData(BillingInterval.Month, 1, 1, "2000-01-01", 0)]
    [InlineData(BillingInterval.Month, 1, 1, "2026-03-01", 314)]
    [InlineData(BillingInterval.Quarter, 1, 2, "2000-02-01", 0)]
    [InlineData(BillingInterval.Quarter, 1, 2, "2001-05-01", 5)]
    [InlineData(BillingInterval.Year, 1, 7, "2000-06-30", -1)]
    [InlineData(BillingInterval.Year, 1, 7, "2026-07-01", 26)]
    [InlineData(BillingInterval.Week, 1, 1, "2000-01-03", 0)]
    [InlineData(BillingInterval.Week, 7, 1, "2000-01-09", 0)]
    [InlineData(BillingInterval.Week, 7, 1, "2000-01-08", -1)]
    public void Periods_are_numbered_from_the_year_2000(BillingInterval interval, int day, int month, string on, int number) =>
        Assert.Equal(number, new BillingSchedule(interval, day, month, DateTimeZone.Utc).NumberOf(Day(on)));

    [Theory]
    // Clocks go forward: the day has 23 hours; they go back: 25. A month is as many hours longer or shorter.
    [InlineData("Europe/Berlin", "2026-03-01", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-01", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z")]
    [InlineData("Pacific/Kiritimati", "2026-03-01", "2026-02-28T10:00:00Z", "2026-03-31T10:00:00Z")]
    [InlineData("Pacific/Pago_Pago", "2026-03-01", "2026-03-01T11:00:00Z", "2026-04-01T11:00:00Z")]
    public void A_period_lasts_from_midnight_to_midnight_on_its_own_clock(string zone, string on, string start, string end)
    {
        var schedule = new BillingSchedule(BillingInterval.Month, 1, 1, DateTimeZoneProviders.Tzdb[zone]);
        var period = schedule.Period(schedule.NumberOf(Day(on)));
        Assert.Equal((start, end), (InstantPattern.General.Format(period.StartInstant), InstantPattern.General.Format(period.EndInstant)));
    }

    [Fact]
    public void Where_midnight_does_not_exist_the_day_begins_with_its_first_moment()
    {
        // Santiago, 6 September 2026: from 24:00 at UTC-4 the clock goes to 01:00 at UTC-3.
        var schedule = new BillingSchedule(BillingInterval.Month, 6, 1, DateTimeZoneProviders.Tzdb["America/Santiago"]);
        Assert.Equal("2026-09-06T04:00:00Z", InstantPattern.General.Format(schedule.Period(schedule.NumberOf(new LocalDate(2026, 9, 6))).StartInstant));
    }

    [Theory]
    [InlineData(BillingInterval.Month, 30)]
    [InlineData(BillingInterval.Week, 5)]
    public void A_day_that_a_zone_left_out_begins_where_the_next_one_does(BillingInterval interval, int anchor)
    {
        // Samoa went from 29 to 31 December 2011 at midnight: 2011-12-30T10:00Z. Friday the 30th did not happen there.
        var schedule = new BillingSchedule(interval, anchor, 1, DateTimeZoneProviders.Tzdb["Pacific/Apia"]);
        Assert.Equal("2011-12-30T10:00:00Z", InstantPattern.General.Format(schedule.Period(schedule.NumberOf(new LocalDate(2011, 12, 31))).StartInstant));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Consecutive_periods_touch_and_every_moment_belongs_to_exactly_one(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 60; round++)
        {
            var interval = (BillingInterval)random.Next(4);
            var (day, month, zone) = (interval == BillingInterval.Week ? random.Next(1, 8) : random.Next(1, 32), random.Next(1, 13), Zones[random.Next(Zones.Length)]);
            var what = $"seed {seed}, round {round}: {interval} {day}/{month} in {zone}";
            var schedule = new BillingSchedule(interval, day, month, DateTimeZoneProviders.Tzdb[zone]);
            var first = schedule.NumberOf(Instant.FromUtc(1999, 1, 1, 0, 0) + Duration.FromDays(random.Next(0, 365 * 61)));
            for (var number = first; number < first + 20; number++)
            {
                var (period, next) = (schedule.Period(number), schedule.Period(number + 1));
                Assert.True(period.End == next.Start && period.EndInstant == next.StartInstant && period.StartInstant < period.EndInstant, $"{what}: {period} and {next} do not touch");
                Belongs(period.StartInstant, number);
                Belongs(period.EndInstant - Duration.Epsilon, number);
                Belongs(period.EndInstant, number + 1);
                Belongs(period.StartInstant + (period.EndInstant - period.StartInstant) * random.NextDouble(), number);
                Assert.True(schedule.NumberOf(period.Start) == number && schedule.NumberOf(period.End.PlusDays(-1)) == number, $"{what}: a day of {period} is elsewhere");
            }

            void Belongs(Instant moment, int number) => Assert.True(schedule.NumberOf(moment) == number, $"{what}: {moment} is in {schedule.NumberOf(moment)}, not {number}");
        }
    }

    [Theory]
    [InlineData(BillingInterval.Month, 0, 1)]
    [InlineData(BillingInterval.Month, 32, 1)]
    [InlineData(BillingInterval.Week, 8, 1)]
    [InlineData(BillingInterval.Year, 1, 13)]
    [InlineData(BillingInterval.Quarter, 1, 0)]
    public void An_anchor_that_no_calendar_has_is_refused(BillingInterval interval, int day, int month) =>
        Assert.Equal("schedule.anchor", Assert.Throws<Refused>(() => new BillingSchedule(interval, day, month, DateTimeZone.Utc)).Code);

    private static void Starts(BillingInterval interval, int anchorDay, int anchorMonth, string day, string start, string end)
    {
        var schedule = new BillingSchedule(interval, anchorDay, anchorMonth, DateTimeZone.Utc);
        var period = schedule.Period(schedule.NumberOf(Day(day)));
        Assert.Equal((Day(start), Day(end)), (period.Start, period.End));
    }

    private static LocalDate Day(string text) => LocalDatePattern.Iso.Parse(text).Value;
}
