using NodaTime;
using Rating.Domain;
using Rating.Domain.Invoicing;

namespace Rating.Engine.BillRuns;

/// <summary>The snapshots that one invoice will have, as they are read: their sum, and of each no more than the invoice is made from.</summary>
internal sealed class InvoiceGroup(string cycle, Currency currency)
{
    private readonly List<Snapshot> _snapshots = [];
    private List<string>? _sections = [];

    public string Cycle { get; } = cycle;

    /// <summary>The sum of all lines.</summary>
    public Money Charges { get; private set; } = Money.Zero(currency);

    public int LineCount { get; private set; }

    public LocalDate FirstEnd { get; private set; } = LocalDate.MaxIsoValue;

    /// <summary>The snapshots in the order of their sections, without the lines and the usage that are not needed.</summary>
    public IReadOnlyList<Snapshot> Snapshots => _snapshots;

    /// <summary>Their sections as JSON; null when they are too many to be kept in the invoice.</summary>
    public IReadOnlyList<string>? Sections => _sections;

    /// <summary>Adds a snapshot; they come in the order of subscription and period.</summary>
    /// <param name="snapshot">The whole one.</param>
    /// <param name="needed">What is to be held of it.</param>
    /// <param name="document">The stored one.</param>
    public void Add(Snapshot snapshot, Snapshot needed, string document)
    {
        Charges += snapshot.Total;
        LineCount += snapshot.Lines.Count;
        if (snapshot.Period.End < FirstEnd) FirstEnd = snapshot.Period.End;
        _snapshots.Add(needed);
        if (_snapshots.Count > Limits.InvoiceSectionsKeptMax) _sections = null;
        _sections?.Add(InvoiceSections.Of(document));
    }
}
