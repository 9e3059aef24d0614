using System.Text.Json;
using NodaTime.Text;

namespace Rating.Audit.Rules;

/// <summary>The book: everything that is not usage, in the order in which it was recorded.</summary>
internal sealed class Book
{
    private readonly Dictionary<string, TenantBook> _tenants = [];

    public Dictionary<int, CloseBatch> Batches { get; } = [];
    public List<BookEffect> Effects { get; } = [];
    public long LastSequence { get; private set; }

    public IEnumerable<string> Tenants => _tenants.Keys;

    public TenantBook Of(string tenant) => _tenants.TryGetValue(tenant, out var book) ? book : _tenants[tenant] = new TenantBook();

    /// <summary>Takes up one change; throws a <see cref="FormatException"/> (or another reading error) when it cannot be read.</summary>
    public void Add(AuditBookChange change)
    {
        LastSequence = Math.Max(LastSequence, change.Sequence);
        using var document = JsonDocument.Parse(change.Document);
        var json = document.RootElement;
        var tenant = Of(change.Tenant);
        switch (json.Text("kind"))
        {
            case "catalog":
                var isFirst = tenant.Catalogs.Count == 0;
                tenant.Add(new Catalog(json.GetProperty("catalog"), change.Sequence, LocalDatePattern.Iso.Parse(json.Text("effectiveFrom")).Value));
                Effects.Add(new BookEffect(change.Sequence, change.Tenant, !isFirst, []));
                break;

            case "parties":
                var concerned = new HashSet<string>();
                foreach (var account in json.List("accounts").Select(a => Account.Read(a, change.Sequence))) tenant.Add(account);
                foreach (var subscription in json.List("subscriptions").Select(s => new Subscription(s, change.Sequence)))
                    if (tenant.Add(subscription)) concerned.Add(subscription.Id);
                foreach (var assignment in json.List("subjects").Select(s => Read(s, change.Sequence)))
                    if (tenant.Add(assignment)) concerned.UnionWith(tenant.SubscriptionsOf(assignment.Subject));
                Effects.Add(new BookEffect(change.Sequence, change.Tenant, AllSubscriptions: false, [.. concerned]));
                break;

            case "close":
                var closes = json.List("closes").Select(c => (c.Text("subscription"), c.Integer("period", 0), c.Flag("supplementary"))).ToList();
                Batches.Add(json.Integer("batch", 0), new CloseBatch(change.Sequence, change.Tenant, json.Integer("batch", 0), closes));
                foreach (var (subscription, period, _) in closes) tenant.Frozen.TryAdd((subscription, period), change.Sequence);
                break;

            case var other:
                throw new FormatException($"'{other}' is not a kind of change.");
        }
    }

    private static Assignment Read(JsonElement json, long sequence) => new(
        sequence, json.Text("subject"), json.Member("subscription")?.AsText(), Moment(json, "from") ?? long.MinValue, Moment(json, "to") ?? long.MaxValue);

    private static long? Moment(JsonElement json, string name) =>
        json.Member(name) is not { } value ? null : Rfc3339.TryRead(value.AsText(), out var ticks) ? ticks : throw new FormatException($"'{value}' is not a time.");
}
