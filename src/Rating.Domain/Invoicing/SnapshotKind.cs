namespace Rating.Domain.Invoicing;

/// <summary>Why a snapshot was made.</summary>
public enum SnapshotKind
{
    /// <summary>A period was sealed.</summary>
    Period,

    /// <summary>The subscription began: one-off charges and the first advance.</summary>
    Activation,

    /// <summary>Usage came late for a subscription that has no further period.</summary>
    Supplementary,

    /// <summary>The running charge of usage reached the plan's threshold before the period was over.</summary>
    Progress,
}
