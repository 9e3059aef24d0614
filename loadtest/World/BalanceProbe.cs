using System.Diagnostics;
using Rating.Domain;
using Rating.Engine;

namespace Rating.Loadtest.World;

/// <summary>Asks for running charges again and again, a millisecond apart, on a thread of its own.</summary>
internal sealed class BalanceProbe
{
    private readonly List<double> _millis = [];
    private readonly Thread _thread;
    private volatile bool _stop;

    public BalanceProbe(RatingEngine engine, int subscriptions)
    {
        _thread = new Thread(() => Run(engine, subscriptions)) { IsBackground = true };
        _thread.Start();
    }

    public Latencies Stop()
    {
        _stop = true;
        _thread.Join();
        return Latencies.Of(_millis);
    }

    private void Run(RatingEngine engine, int subscriptions)
    {
        var random = new Random(11);
        while (!_stop)
        {
            var start = Stopwatch.GetTimestamp();
            engine.BalanceAsync(Customers.Tenant, new SubscriptionId(Customers.Id(random.Next(subscriptions))), default).GetAwaiter().GetResult();
            _millis.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Thread.Sleep(1);
        }
    }
}
