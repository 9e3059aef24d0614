using System.Text;
using NodaTime;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.HandOff;
using Rating.Engine.Store;

namespace Rating.Tests.Engine;

/// <summary>What leaves: in order, at least once, with stable ids, and remembered across restarts and failures.</summary>
public sealed class HandOffTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 3, 10, 12, 0);

    [Fact]
    public async Task The_outbox_leaves_in_the_order_of_its_ids_and_goes_on_after_a_restart()
    {
        await using var world = await EngineWorld.StartAsync(Now);
        await SaveAsync(world.Engine.Store, 1, 3);
        var outlet = new MemoryOutlet();
        await using (Begin(world, outlet)) await outlet.UntilAsync(3);
        await SaveAsync(world.Engine.Store, 4, 5);
        await using (Begin(world, outlet)) await outlet.UntilAsync(5);
        Assert.Equal(["1", "2", "3", "4", "5"], outlet.Ids(OutgoingStream.Invoices));
        Assert.Equal(5, await world.Engine.Store.HandedOffAsync("outbox", default));
        var first = outlet.Messages[0];
        Assert.Equal("north/acme", first.Key);
        Assert.Equal("""{"tenant":"north","account":"acme","n":1}""", Encoding.UTF8.GetString(first.Payload!.Value.Span));
        Assert.Equal([("ce_specversion", "1.0"), ("ce_id", "1"), ("ce_source", "rating/outbox"), ("ce_type", "invoice.finalised")], first.Headers);
    }

    [Fact]
    public async Task What_could_not_leave_leaves_later_with_the_same_ids_and_nothing_is_passed_over()
    {
        await using var world = await EngineWorld.StartAsync(Now);
        await SaveAsync(world.Engine.Store, 1, 4);
        // It took two of them before it failed: these come twice.
        var outlet = new MemoryOutlet { TakesBeforeFailure = 2 };
        await using var handOffs = Begin(world, outlet);
        await outlet.UntilAsync(6);
        Assert.Equal(["1", "2", "1", "2", "3", "4"], outlet.Ids(OutgoingStream.Invoices));
    }

    [Fact]
    public async Task A_document_that_no_broker_takes_leaves_as_its_head_and_keeps_back_nothing()
    {
        await using var world = await EngineWorld.StartAsync(Now);
        var giant = $$"""{"tenant":"north","number":"INV-000001","account":"acme","currency":"EUR","sections":["{{new string('x', 1_000_000)}}"],"total":"12.50"}""";
        await world.Engine.Store.SaveInvoicesAsync([], [new OutboxMessage(0, "invoice.finalised", giant), new OutboxMessage(0, "invoice.finalised", "{}")], default);
        var outlet = new MemoryOutlet();
        await using var handOffs = Begin(world, outlet);
        await outlet.UntilAsync(2);
        Assert.Equal("""{"tenant":"north","number":"INV-000001","account":"acme","currency":"EUR","total":"12.50"}""", Text(outlet.Messages[0]));
        Assert.Equal("head", Header(outlet.Messages[0], "rating-payload"));
        Assert.Equal("{}", Text(outlet.Messages[1]));
    }

    [Fact]
    public async Task Alerts_leave_by_a_stream_of_their_own()
    {
        await using var world = await EngineWorld.StartAsync(Now);
        await world.Engine.Store.SaveInvoicesAsync([], [new OutboxMessage(0, "alert.chargeThreshold", "{}"), new OutboxMessage(0, "invoice.finalised", "{}")], default);
        var outlet = new MemoryOutlet();
        await using var handOffs = Begin(world, outlet);
        await outlet.UntilAsync(2);
        Assert.Equal("1", Assert.Single(outlet.Ids(OutgoingStream.Alerts)));
        Assert.Equal("2", Assert.Single(outlet.Ids(OutgoingStream.Invoices)));
    }

    [Fact]
    public async Task Rejected_records_leave_with_their_reason_and_their_bytes_and_others_stay()
    {
        await using var world = await EngineWorld.StartAsync(Now);
        var good = Event("good", "2026-03-10T11:00:00Z");
        var future = Event("future", "2026-03-12T12:00:01Z");
        await world.SendAsync([good, future, "no event", good]);
        await world.Engine.CaughtUpAsync(default);
        var outlet = new MemoryOutlet();
        await using (Begin(world, outlet)) await outlet.UntilAsync(2);
        var byReason = outlet.Messages.ToDictionary(message => Header(message, "rating-reason"));
        Assert.Equal(["futureTime", "malformed"], byReason.Keys.Order());
        Assert.Equal(future, Text(byReason["futureTime"]));
        Assert.Equal("future", Header(byReason["futureTime"], "rating-event-id"));
        // Refused at the border: what stands before the raw bytes in the log is not part of them.
        Assert.Equal("no event", Text(byReason["malformed"]));
        Assert.NotEqual("", Header(byReason["malformed"], "rating-detail"));
        foreach (var message in outlet.Messages)
        {
            Assert.Equal($"{Header(message, "rating-partition")}/{Header(message, "rating-position")}", message.Id);
            Assert.Equal((EngineWorld.Tenant.Value, message.Id), (Header(message, "rating-tenant"), Header(message, "rating-id")));
        }

        // A crash between the commit of the verdict and its way out: the next start finds it in the ledger.
        await world.SendAsync("again no event");
        await world.RestartAsync();
        await world.Engine.CaughtUpAsync(default);
        await using (Begin(world, outlet)) await outlet.UntilAsync(3);
        Assert.Equal("again no event", Text(outlet.Messages[2]));
        Assert.Equal(3, (await world.VerdictsAsync()).Where(pair => pair.Key.Item1 == Verdict.Rejected).Sum(pair => pair.Value));
    }

    [Fact]
    public async Task Of_two_that_hand_over_the_same_one_stands_by()
    {
        await using var world = await EngineWorld.StartAsync(Now);
        var (mine, theirs) = (new MemoryOutlet(), new MemoryOutlet());
        await using var one = Begin(world, mine);
        await using var other = Begin(world, theirs);
        for (var next = 1; next <= 5; next++)
        {
            await SaveAsync(world.Engine.Store, next, next);
            await Task.WhenAny(mine.UntilSeenAsync($"{next}"), theirs.UntilSeenAsync($"{next}"));
        }

        // Both may hand the first ones over; together nothing is missing, and each is in order.
        Assert.Equal(["1", "2", "3", "4", "5"], mine.Ids(OutgoingStream.Invoices).Union(theirs.Ids(OutgoingStream.Invoices)).Order());
        Assert.Equal(mine.Ids(OutgoingStream.Invoices).Order(), mine.Ids(OutgoingStream.Invoices));
        Assert.Equal(theirs.Ids(OutgoingStream.Invoices).Order(), theirs.Ids(OutgoingStream.Invoices));
    }

    private static HandOffs Begin(EngineWorld world, IOutlet outlet) => new(world.Engine.Store, world.Log, world.Engine.Book, outlet, TimeProvider.System);

    private static string Event(string id, string time) => $$"""{"specversion":"1.0","id":"{{id}}","source":"pbx","type":"call","subject":"49","time":"{{time}}"}""";

    private static string Header(OutgoingMessage message, string name) => message.Headers.Single(header => header.Name == name).Value;

    private static string Text(OutgoingMessage message) => Encoding.UTF8.GetString(message.Payload!.Value.Span);

    private static Task SaveAsync(IRatingStore store, int first, int last) =>
        store.SaveInvoicesAsync([], [.. Enumerable.Range(first, last - first + 1).Select(number => new OutboxMessage(0, "invoice.finalised", $$"""{"tenant":"north","account":"acme","n":{{number}}}"""))], default);

    /// <summary>An outlet that keeps what it is given.</summary>
    private sealed class MemoryOutlet : IOutlet
    {
        private readonly Lock _gate = new();
        private readonly List<OutgoingMessage> _messages = [];
        private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int? TakesBeforeFailure { get; set; }

        public IReadOnlyList<OutgoingMessage> Messages
        {
            get
            {
                lock (_gate) return [.. _messages];
            }
        }

        public List<string> Ids(OutgoingStream stream) => [.. Messages.Where(message => message.Stream == stream).Select(message => message.Id)];

        public Task SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
        {
            lock (_gate)
            {
                _messages.AddRange(messages.Take(TakesBeforeFailure ?? messages.Count));
                _more.TrySetResult();
                _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
                if (TakesBeforeFailure is null) return Task.CompletedTask;
                TakesBeforeFailure = null;
                throw new Unavailable("the outlet failed half-way");
            }
        }

        public Task UntilAsync(int count) => UntilAsync(messages => messages.Count >= count);

        public Task UntilSeenAsync(string id) => UntilAsync(messages => messages.Exists(message => message.Id == id));

        private async Task UntilAsync(Predicate<List<OutgoingMessage>> isSo)
        {
            while (true)
            {
                Task more;
                lock (_gate)
                {
                    if (isSo(_messages)) return;
                    more = _more.Task;
                }

                await more.WaitAsync(TimeSpan.FromMinutes(1));
            }
        }
    }
}
