using System.Collections.Concurrent;
using Orleans;

namespace Rating.Orleans.Tests.Grains;

/// <summary>Counts calls of grains, wherever they are.</summary>
internal sealed class GrainCalls : IOutgoingGrainCallFilter
{
    private readonly ConcurrentQueue<(string Grain, string Method)> _made = new();

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        _made.Enqueue((context.TargetId.ToString(), context.InterfaceMethod.Name));
        return context.Invoke();
    }

    /// <summary>Forgets those made so far.</summary>
    public void Clear() => _made.Clear();

    /// <summary>How often a method was called, of all grains or those whose name has a text in it.</summary>
    public int Count(string method, string grain = "") => _made.Count(call => call.Method == method && call.Grain.Contains(grain, StringComparison.Ordinal));
}
