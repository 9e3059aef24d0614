namespace Rating.Domain.Pricing;

/// <summary>What a line is for.</summary>
public enum LineKind
{
    /// <summary>A recurring charge of a period to come.</summary>
    Advance,

    /// <summary>A recurring charge of a period that has ended.</summary>
    Arrears,

    /// <summary>A charge due once.</summary>
    OneOff,

    /// <summary>Usage priced on its period's figure.</summary>
    Usage,

    /// <summary>Calls priced one by one.</summary>
    Calls,

    /// <summary>What late usage changes on an earlier period.</summary>
    LateUsage,

    /// <summary>What a change of terms changes on an advance charge that is already invoiced.</summary>
    AdvanceAdjustment,

    /// <summary>What is missing of a minimum.</summary>
    Minimum,

    /// <summary>What is beyond a maximum.</summary>
    Maximum,

    /// <summary>Something off.</summary>
    Discount,

    /// <summary>Usage that a pool of the account covers.</summary>
    Pool,

    /// <summary>Credit that pays before tax.</summary>
    Credit,
}
