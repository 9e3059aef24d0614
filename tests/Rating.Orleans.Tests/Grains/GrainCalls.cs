using System.Collections.Concurrent;
using Orleans;

namespace Rating.Orleans.Tests.Grains;

/// <summary>Counts calls of grains, wherever they are, and holds some up.</summary>
internal sealed class GrainCalls : IOutgoingGrainCallFilter
{
    private readonly ConcurrentQueue<(string Grain, string Method)> _made = new();

    /// <summary>Calls of this method wait.</summary>
    public (string Method, Task Until)? Held { get; set; }

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        _made.Enqueue((context.TargetId.ToString(), context.InterfaceMethod.Name));
        if (Held is { } held && context.InterfaceMethod.Name == held.Method) await held.Until;
        await context.Invoke();
    }

    /// <summary>Forgets those made so far.</summary>
    public void Clear() => _made.Clear();

    /// <summary>How often a method was called, of all grains or those whose name has a text in it.</summary>
    public int Count(string method, string grain = "") => _made.Count(call => call.Method == method && call.Grain.Contains(grain, StringComparison.Ordinal));
}
