namespace Rating.Loadtest;

/// <summary>One measured figure: a numerator over a denominator, several pairs of them, and the goal that the median is held against.</summary>
/// <param name="Row">Its row in DESIGN.md 9, or its name.</param>
/// <param name="Title">What it is, in words.</param>
/// <param name="Unit">The unit of both sides.</param>
/// <param name="Pairs">Both sides, measured together.</param>
/// <param name="Goal">What the ratio should be.</param>
/// <param name="AtLeast">Whether more is better.</param>
/// <param name="Beside">What is shown with it: names and texts.</param>
internal sealed record Figure(string Row, string Title, string Unit, IReadOnlyList<(double Numerator, double Denominator)> Pairs, double Goal, bool AtLeast, IReadOnlyList<(string Name, string Value)> Beside)
{
    public double Ratio => Median([.. Ratios]);

    public double Numerator => Median([.. Pairs.Select(pair => pair.Numerator)]);

    public double Denominator => Median([.. Pairs.Select(pair => pair.Denominator)]);

    public double Lowest => Ratios.Min();

    public double Highest => Ratios.Max();

    public bool IsMet => AtLeast ? Ratio >= Goal : Ratio <= Goal;

    private IEnumerable<double> Ratios => Pairs.Select(pair => pair.Numerator / pair.Denominator);

    public static double Median(double[] values)
    {
        Array.Sort(values);
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[values.Length / 2 - 1] + values[values.Length / 2]) / 2;
    }
}
