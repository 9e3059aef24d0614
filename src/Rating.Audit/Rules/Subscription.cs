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
        Start = json.Date("start");
        End = json.DateOrNone("end");
        Changes = [.. json.List("changes").Select(c => new Terms(
            c.DateOrNone("from") ?? Start, c.Text("plan"),
            c.Member("quantities")?.EnumerateObject().ToDictionary(q => q.Name, q => Fraction.Parse(q.Value.AsText())) ?? [])).OrderBy(c => c.From)]; // a stable sort
        if (Changes.Count == 0) throw new FormatException("A subscription has at least one change.");
    }

    public long Sequence { get; }
    public string Id { get; }
    public string Account { get; }
    public DateTimeZone Zone { get; }
    public int AnchorDay { get; }
    public int AnchorMonth { get; }
    public LocalDate Start { get; }
    public LocalDate? End { get; }
    public IReadOnlyList<Terms> Changes { get; }

    public LocalDate DayOf(long ticks) => Clock.Local(ticks, Zone).Date;

    public bool IsActive(LocalDate day) => day >= Start && (End is null || day < End);

    public Terms TermsOn(LocalDate day) => Changes.LastOrDefault(c => c.From <= day, Changes[0]);
}
