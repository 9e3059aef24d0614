namespace Rating.Domain.Pricing;

/// <summary>A part of a bundle, shown with its share of the one price.</summary>
/// <param name="Key">Its name in the charge.</param>
/// <param name="Name">Its name on an invoice.</param>
/// <param name="Weight">Its share, in proportion to those of the others.</param>
/// <param name="TaxCode">What taxes know it as.</param>
public sealed record BundlePart(string Key, string Name, Quantity Weight, string TaxCode);
