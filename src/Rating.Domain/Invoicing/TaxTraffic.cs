namespace Rating.Domain.Invoicing;

/// <summary>Which part of a line a tax is on.</summary>
public enum TaxTraffic
{
    /// <summary>All of it.</summary>
    All,

    /// <summary>The part that its tax code has between states.</summary>
    Interstate,

    /// <summary>The rest.</summary>
    Intrastate,
}
