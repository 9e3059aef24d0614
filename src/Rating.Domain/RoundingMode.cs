namespace Rating.Domain;

/// <summary>How an amount that lies between two steps is rounded.</summary>
public enum RoundingMode
{
    /// <summary>To the nearest step, a half away from zero (commercial rounding). The default.</summary>
    HalfUp,

    /// <summary>To the nearest step, a half to the even one (banker's rounding).</summary>
    HalfEven,

    /// <summary>Away from zero.</summary>
    Up,

    /// <summary>Towards zero.</summary>
    Down,
}
