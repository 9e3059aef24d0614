namespace Rating.Audit;

/// <summary>How an exact amount becomes one with a limited number of decimals.</summary>
public enum RoundingRule
{
    /// <summary>To the nearest; a half away from zero.</summary>
    HalfUp,

    /// <summary>To the nearest; a half to the even neighbour.</summary>
    HalfEven,

    /// <summary>Away from zero.</summary>
    Up,

    /// <summary>Towards zero.</summary>
    Down,
}
