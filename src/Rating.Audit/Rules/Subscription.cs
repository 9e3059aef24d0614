using System.Text.Json;
using NodaTime;

namespace Rating.Audit.Rules;

/// <summary>The whole state of a subscription as one change of the book recorded it.</summary>
internal sealed class Subscription
{
    public Subscription(JsonElement json, long sequence)
    {
        Sequence = sequence;
        Id = json.Text("id");
        Account = json.Text("account", "");
        Zone = Clock.Zone(json.Text("timeZone", "UTC"));
        AnchorDay = json.Integer("anchorDay", 1);
        AnchorMonth = json.Integer("anchorMonth", 1);
        AnchorsAtStart = json.Text("anchor", "") == "start";
        ServiceAddress = json.Member("serviceAddress")?.AsText();
        Start = json.Date("start");
        End = json.DateOrNone("end");
        Changes = [.. json.List("changes").Select(c => Terms.Read(c, Start)).OrderBy(c => c.From)]; // a stable sort
        Discounts = [.. json.List("discounts").Select(Discount.Read)];
        Alerts = [.. json.List("alerts").Select(Alert.Read)];
        if (Changes.Count == 0) throw new FormatException("A subscription has at least one change.");
    }

    private Subscription(Subscription other, IReadOnlyList<Terms> changes, LocalDate? end)
    {
        (Sequence, Id, Account, Zone, AnchorDay, AnchorMonth, AnchorsAtStart) = (other.Sequence, other.Id, other.Account, other.Zone, other.AnchorDay, other.AnchorMonth, other.AnchorsAtStart);
        (ServiceAddress, Start, End, Discounts, Alerts, Changes) = (other.ServiceAddress, other.Start, end, other.Discounts, other.Alerts, changes);
    }

    public long Sequence { get; }
    public string Id { get; }
    public string Account { get; }
    public DateTimeZone Zone { get; }
    public int AnchorDay { get; }
    public int AnchorMonth { get; }
    public bool AnchorsAtStart { get; }
    public string? ServiceAddress { get; }
    public LocalDate Start { get; }
    public LocalDate? End { get; }
    public IReadOnlyList<Terms> Changes { get; }
    public IReadOnlyList<Discount> Discounts { get; }

    public IReadOnlyList<Alert> Alerts { get; }

    public LocalDate DayOf(long ticks) => Clock.Local(ticks, Zone).Date;

    public bool IsActive(LocalDate day) => day >= Start && (End is null || day < End);

    public Terms TermsOn(LocalDate day) => Changes.LastOrDefault(c => c.From <= day, Changes[0]);

    /// <summary>The subscription as it is known on a day: later changes and a later end have not happened yet.</summary>
    public Subscription AsKnownOn(LocalDate day) => new(this, [.. Changes.Where((c, i) => i == 0 || c.From <= day)], End <= day ? End : null);

    /// <summary>The periods of an interval, with the subscription's anchors or those of its start.</summary>
    public Schedule Schedule(string interval, bool atStart = false) => AnchorsAtStart || atStart
        ? new Schedule(interval, interval == "week" ? (int)Start.DayOfWeek : Start.Day, Start.Month)
        : new Schedule(interval, AnchorDay, AnchorMonth);

    /// <summary>The day from which the subscription has been on a plan without interruption up to a day.</summary>
    public LocalDate OnPlanSince(string plan, LocalDate day)
    {
        var at = Changes.ToList().FindLastIndex(c => c.From <= day);
        if (at < 0) at = 0;
        while (at > 0 && Changes[at - 1].Has(plan)) at--;
        return at == 0 ? Start : Changes[at].From;
    }

    /// <summary>The moment at which the terms of a day begin: its start, or the time of day of a change that begins on it.</summary>
    public Instant Moment(LocalDate day, bool atStartOfDay = false)
    {
        var change = Changes.LastOrDefault(c => c.From == day);
        var begin = Zone.AtStartOfDay(day).ToInstant();
        if (atStartOfDay || change is null || change.At == LocalTime.Midnight) return begin;
        // A time that does not exist: the moment of the jump; one that is twice: the earlier.
        var mapped = Zone.MapLocal(day + change.At);
        return mapped.Count == 0 ? mapped.LateInterval.Start : mapped.First().ToInstant();
    }
}
