using System.Diagnostics;
using System.Text;
using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Loadtest.World;

namespace Rating.Loadtest.Pipeline;

/// <summary>Appends one record after the other, and asks for the running charge until it is in it; on a thread of its own.</summary>
internal sealed class VisibleProbe
{
    private static readonly Instant First = Instant.FromUtc(2026, 3, 2, 0, 0);
    private readonly RatingEngine _engine;
    private readonly int _subscription;
    private readonly List<double> _millis = [];
    private readonly Thread _thread;
    private volatile bool _stop;

    /// <summary>Starts.</summary>
    /// <param name="engine">Who is asked.</param>
    /// <param name="subscription">One that nobody else uses.</param>
    /// <param name="first">Records of earlier probes: each has a later time than all before it.</param>
    public VisibleProbe(RatingEngine engine, int subscription, int first)
    {
        (_engine, _subscription, Next) = (engine, subscription, first);
        _thread = new Thread(() => RunAsync().GetAwaiter().GetResult()) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>The number of the next record.</summary>
    public int Next { get; private set; }

    public Latencies Stop()
    {
        _stop = true;
        _thread.Join();
        return Latencies.Of(_millis);
    }

    private async Task RunAsync()
    {
        while (!_stop)
        {
            var time = First + Duration.FromSeconds(Next);
            var text = $"{{\"specversion\":\"1.0\",\"id\":\"visible-{Next++}\",\"source\":\"pbx\",\"type\":\"sms.sent\",\"subject\":\"{Customers.Subject(_subscription, 0)}\",\"time\":\"{time:uuuu-MM-dd'T'HH:mm:ss'Z'}\",\"data\":{{}}}}";
            var start = Stopwatch.GetTimestamp();
            var accepted = _engine.Intake.AcceptAsync(Customers.Tenant, [Encoding.UTF8.GetBytes(text)], default);
            while (!((await _engine.BalanceAsync(Customers.Tenant, new SubscriptionId(Customers.Id(_subscription)), default)).LatestEventTime >= time))
            {
                Thread.Sleep(1);
                if (Stopwatch.GetElapsedTime(start).TotalSeconds > 60) throw new InvalidOperationException("A record was not visible after a minute.");
            }

            _millis.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await accepted;
            Thread.Sleep(5);
        }
    }
}
