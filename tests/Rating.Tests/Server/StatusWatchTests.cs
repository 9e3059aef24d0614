using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Engine.Log;
using Rating.Engine.Store;
using Rating.Server.Hosting;
using Rating.Tests.Engine;

namespace Rating.Tests.Server;

/// <summary>What a server says about its partitions while it runs.</summary>
public sealed class StatusWatchTests
{
    [Fact]
    public async Task It_says_what_went_wrong_whatever_it_is_and_looks_again_and_says_it_again()
    {
        var log = DispatchProxy.Create<IUsageLog, BrokenLog>();
        var broken = (BrokenLog)(object)log;
        await using var installation = new Installation(log, new MemoryRatingStore(1), new RatingSettings { Partitions = 1 }, new SettableClock(Instant.FromUtc(2026, 3, 10, 12, 0)), new TenantId("default"), new Seller("Northwind Voice", []));
        await installation.LoadAsync(NullLogger.Instance, default);
        var said = new Said();
        broken.Fault = new InvalidOperationException("A fault of the program.");
        await using var watch = new StatusWatch(installation, said);
        await SaidAsync(1);
        (broken.Fault, broken.Asked) = (null, 0);
        await Until.SoAsync("it looks again", () => Task.FromResult(broken.Asked > 0));
        broken.Fault = new InvalidOperationException("A fault of the program.");
        await SaidAsync(2);

        Task SaidAsync(int times) => Until.SoAsync($"it is said {times} times", () => Task.FromResult(said.Lines.Count(line => line == "how the partitions are doing is not known: A fault of the program.") == times));
    }

    /// <summary>A log whose end cannot be told while a fault is set.</summary>
    public class BrokenLog : DispatchProxy
    {
        private MemoryUsageLog Inner { get; } = new(1);

        public Exception? Fault { get; set; }

        public int Asked { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name != nameof(IUsageLog.EndSeen)) return targetMethod.Invoke(Inner, args);
            Asked++;
            return Fault is { } fault ? throw fault : Inner.EndSeen((int)args![0]!);
        }
    }

    private sealed class Said : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue(formatter(state, exception));
    }
}
