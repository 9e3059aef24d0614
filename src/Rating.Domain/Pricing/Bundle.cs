namespace Rating.Domain.Pricing;

/// <summary>Shows one price as its parts: the line's amount, split so that no cent is lost.</summary>
internal static class Bundle
{
    /// <summary>The line itself where there are no parts, else a line per part.</summary>
    public static IEnumerable<PricedLine> Shown(IReadOnlyList<BundlePart> parts, PricedLine line)
    {
        if (parts.Count == 0) return [line];
        var amounts = line.Amount.Split([.. parts.Select(part => part.Weight.Nano)]);
        return parts.Select((part, i) => line with
        {
            Detail = part.Key, Name = $"{line.Name}: {part.Name}", Amount = amounts[i], TaxCode = part.TaxCode, Explanation = $"{line.Explanation}, of {line.Amount.ToText()} the part {part.Weight}",
        });
    }
}
