namespace Rating.Domain.Pricing;

/// <summary>A price per started block, or per full one: 101 units in started blocks of 100 are two.</summary>
public sealed class Package : MeteredCharge
{
    /// <summary>How many units one block holds.</summary>
    public required Quantity Size { get; init; }

    /// <summary>The price of one block.</summary>
    public required UnitPrice Price { get; init; }

    /// <summary>Whether only full blocks count.</summary>
    public bool IsRoundedDown { get; init; }

    /// <summary>The units that cost nothing.</summary>
    public Quantity FreeUnits { get; init; }

    /// <inheritdoc/>
    public override Money Amount(Quantity figure) => Price * new Quantity(checked(Blocks(figure) * Quantity.One.Nano));

    /// <inheritdoc/>
    public override string Explain(Quantity figure) =>
        $"{Blocks(figure)} {(IsRoundedDown ? "full" : "started")} blocks of {Size} at {Price}" + (FreeUnits == Quantity.Zero ? "" : $", {FreeUnits} free");

    private Int128 Blocks(Quantity figure) => IsRoundedDown ? figure.Beyond(FreeUnits).FullBlocks(Size) : figure.Beyond(FreeUnits).StartedBlocks(Size);
}
