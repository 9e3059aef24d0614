namespace Rating.Audit.Rules;

/// <summary>All that counts in one period: nothing is summed up before it is asked for.</summary>
internal sealed class Usage
{
    public List<Measured> Measured { get; } = [];
    public List<RatedCall> Calls { get; } = [];

    /// <summary>What meters that hold a level counted in the periods before.</summary>
    public List<Measured> Earlier { get; } = [];
    public bool IsEmpty => Measured.Count == 0 && Calls.Count == 0;

    public void Add(IReadOnlyList<Measured> measured, IReadOnlyList<RatedCall> calls)
    {
        Measured.AddRange(measured);
        Calls.AddRange(calls);
    }
}
