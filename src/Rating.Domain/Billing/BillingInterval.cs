namespace Rating.Domain.Billing;

/// <summary>How long a billing period is.</summary>
public enum BillingInterval
{
    /// <summary>One month.</summary>
    Month,

    /// <summary>Three months.</summary>
    Quarter,

    /// <summary>Twelve months.</summary>
    Year,

    /// <summary>Seven days.</summary>
    Week,
}
