namespace Rating.Domain.Pricing;

/// <summary>A price per unit that depends on dimension values: region and size of a machine, say. The first cell that fits has the usage.</summary>
public sealed class Matrix : MeteredCharge
{
    /// <summary>The cells, in the order in which they are tried; a default comes last and fits all.</summary>
    public required IReadOnlyList<MatrixCell> Cells { get; init; }

    /// <inheritdoc/>
    public override bool Covers(string dimensions) => base.Covers(dimensions) && CellOf(dimensions) >= 0;

    /// <inheritdoc/>
    public override Money Amount(Quantity figure) => Cells[^1].Price * figure;

    /// <inheritdoc/>
    public override string Explain(Quantity figure) => $"{figure} at {Cells[^1].Price}";

    /// <inheritdoc/>
    public override Money AmountAlone(Quantity value, string dimensions) => Cells[Math.Max(0, CellOf(dimensions))].Price * value;

    /// <inheritdoc/>
    public override Money Amount(ChargeUsage usage)
    {
        var amount = Money.Zero(Cells[0].Price.Currency);
        for (var cell = 0; cell < Cells.Count; cell++) amount += Cells[cell].Price * Figure(usage, cell);
        return amount;
    }

    /// <inheritdoc/>
    public override string Explain(ChargeUsage usage) => string.Join(
        " + ", Enumerable.Range(0, Cells.Count).Select(cell => (Figure: Figure(usage, cell), Cells[cell].Price)).Where(one => one.Figure != Quantity.Zero).Select(one => $"{one.Figure} at {one.Price}").DefaultIfEmpty("nothing used"));

    private Quantity Figure(ChargeUsage usage, int cell) => usage.FigureOf(dimensions => CellOf(dimensions) == cell);

    private int CellOf(string dimensions)
    {
        for (var cell = 0; cell < Cells.Count; cell++)
            if (Cells[cell].Fits(dimensions)) return cell;
        return -1;
    }
}
