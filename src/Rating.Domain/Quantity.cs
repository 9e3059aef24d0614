using System.Text;

namespace Rating.Domain;

/// <summary>An exact amount of something used: seconds, messages, gigabytes, seats. Nine decimals.</summary>
/// <remarks>One event's quantity is at most <see cref="Limits.QuantityMax"/>; totals may be larger.</remarks>
public readonly record struct Quantity(Int128 Nano) : IComparable<Quantity>
{
    // First: the constants below are made from it.
    private static readonly Int128 NanoPerUnit = ScaledNumber.PowerOfTen(Limits.QuantityDecimals);

    /// <summary>Nothing.</summary>
    public static readonly Quantity Zero;

    /// <summary>One whole unit.</summary>
    public static readonly Quantity One = Of(1);

    /// <summary>A whole number of units.</summary>
    public static Quantity Of(long units) => new(units * NanoPerUnit);

    /// <summary>Reads decimal text.</summary>
    /// <returns>False when it is not a number, has more than nine decimals or exceeds <see cref="Limits.QuantityMax"/>.</returns>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Quantity quantity)
    {
        var known = ScaledNumber.TryParse(utf8, Limits.QuantityDecimals, Limits.QuantityMax, out var nano);
        quantity = new Quantity(nano);
        return known;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out Quantity)"/>
    public static bool TryParse(string text, out Quantity quantity)
    {
        // No number is longer; the bytes of a longer text are not worth making.
        quantity = default;
        if (text.Length > ScaledNumber.TextMax) return false;
        Span<byte> utf8 = stackalloc byte[ScaledNumber.TextMax * 3];
        return TryParse(utf8[..Encoding.UTF8.GetBytes(text, utf8)], out quantity);
    }

    /// <summary>Reads decimal text that is known to be a quantity, such as a stored one.</summary>
    /// <exception cref="Refused"><c>quantity.invalid</c></exception>
    public static Quantity Parse(string text) => TryParse(text, out var quantity)
        ? quantity
        : throw new Refused("quantity.invalid", $"'{text}' is not a quantity: write a number of at most {Limits.QuantityDecimals} decimals, up to {Limits.QuantityMax}.");

    public static Quantity operator +(Quantity a, Quantity b) => new(checked(a.Nano + b.Nano));

    public static Quantity operator -(Quantity a, Quantity b) => new(checked(a.Nano - b.Nano));

    public static bool operator <(Quantity a, Quantity b) => a.Nano < b.Nano;

    public static bool operator >(Quantity a, Quantity b) => a.Nano > b.Nano;

    public static bool operator <=(Quantity a, Quantity b) => a.Nano <= b.Nano;

    public static bool operator >=(Quantity a, Quantity b) => a.Nano >= b.Nano;

    /// <summary>What is left of this quantity beyond free units: nothing up to them; a quantity below zero stays what it is.</summary>
    public Quantity Beyond(Quantity free) => Nano < 0 ? this : new Quantity(Int128.Max(0, checked(Nano - free.Nano)));

    /// <summary>How many blocks of a size this quantity starts: 0 for zero, 1 up to the size, 2 just above it.</summary>
    public Int128 StartedBlocks(Quantity size)
    {
        Invariant.Holds(size > Zero, "a block has a positive size");
        return Nano <= 0 ? 0 : (Nano + size.Nano - 1) / size.Nano;
    }

    /// <summary>How many blocks of a size this quantity fills: 0 below the size.</summary>
    public Int128 FullBlocks(Quantity size)
    {
        Invariant.Holds(size > Zero, "a block has a positive size");
        return Nano <= 0 ? 0 : Nano / size.Nano;
    }

    /// <summary>The whole units, rounded up: 61 for 60.2 seconds.</summary>
    public long WholeUnitsUp() => (long)ScaledNumber.DivideRounded(Nano, NanoPerUnit, RoundingMode.Up);

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => Nano.CompareTo(other.Nano);

    /// <summary>Plain decimal text without trailing zeros.</summary>
    public override string ToString() => ScaledNumber.Format(Nano, Limits.QuantityDecimals);
}
