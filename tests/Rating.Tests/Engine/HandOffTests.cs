using System.Text;
using NodaTime;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine;
using Rating.Engine.HandOff;
using Rating.Engine.Log;
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
        // The last ones before the stop may come again.
        await using (Begin(world, outlet)) await outlet.UntilAsync(messages => messages.Exists(message => Text(message) == "again no event"));
        Assert.Equal(3, (await world.VerdictsAsync()).Where(pair => pair.Key.Item1 == Verdict.Rejected).Sum(pair => pair.Value));
    }

    [Fact]
    public async Task Two_that_hand_over_the_same_for_a_moment_leave_nothing_out_and_each_keeps_the_order()
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

        Assert.Equal(["1", "2", "3", "4", "5"], mine.Ids(OutgoingStream.Invoices).Union(theirs.Ids(OutgoingStream.Invoices)).Order());
        Assert.Equal(mine.Ids(OutgoingStream.Invoices).Order(), mine.Ids(OutgoingStream.Invoices));
        Assert.Equal(theirs.Ids(OutgoingStream.Invoices).Order(), theirs.Ids(OutgoingStream.Invoices));
        Assert.All(one.HandOffs.Status.Concat(other.HandOffs.Status), stream => Assert.Equal("", stream.Problem));
    }

    [Fact]
    public async Task Close_orders_are_carried_out_in_order_and_those_that_cannot_be_leave_with_their_reason()
    {
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 4, 10, 0, 0));
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, """{"currency":"EUR","effectiveFrom":"2026-01-01","meters":[{"key":"m","event":"sms"}],"plans":[{"key":"p","charges":[{"key":"c","model":"flat","meter":"m","price":"1"},{"key":"seat","model":"recurring","timing":"arrears","price":"2"}]}]}""", null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, """{"accounts":[{"id":"a"},{"id":"b"}],"subscriptions":[{"id":"a1","account":"a","start":"2026-03-01","changes":[{"plan":"p"}]},{"id":"b1","account":"b","start":"2026-03-01","changes":[{"plan":"p"}]},{"id":"b2","account":"b","start":"2026-03-01","changes":[{"plan":"p"}]}]}""", default);
        await using var triggers = new MemoryUsageLog(1);
        string[] orders =
        [
            """{"account":"a","through":"2026-04-01"}""", "not JSON", """{"account":"nobody"}""", """{"subscription":"b1"}""", """{"acount":"a"}""", """{"account":"a","subscription":"a1"}""",
            """{"account":"b","through":"2026-05-01"}""", """{"account":"a","through":"2026-04-01"}""", """{"through":"1 April"}""", "[]",
        ];
        await triggers.AppendAsync([.. orders.Select(text => Order(EngineWorld.Tenant, text)), Order(new TenantId("other"), "{}")], default);
        var outlet = new MemoryOutlet();
        await using (Begin(world, outlet, triggers)) await outlet.UntilAsync(8 + 1);
        // Invoice 1 is a's; b waits for b2.
        Assert.Equal([(1L, "a")], await InvoicesAsync(world));
        Assert.Equal(
            ["1 document.json", "2 account.unknown", "4 document.member.unknown", "5 trigger.scope", "6 close.early", "8 document.date", "9 document.type", "10 tenant.unknown"],
            outlet.Messages.Where(message => message.Stream == OutgoingStream.Rejected).Select(message => $"{message.Id["trigger/".Length..]} {Header(message, "rating-reason")}"));
        Assert.Equal("not JSON", Text(outlet.Messages.First(message => message.Id == "trigger/1")));
        // An empty order: all that is due. It comes once more after a crash that lost its position, and closes nothing twice.
        await triggers.AppendAsync([Order(EngineWorld.Tenant, "{}"), Order(EngineWorld.Tenant, "{}"), Order(EngineWorld.Tenant, "end")], default);
        await using (Begin(world, outlet, triggers)) await outlet.UntilAsync(8 + 2 + 1);
        Assert.Equal([(1L, "a"), (2L, "b")], await InvoicesAsync(world));
        Assert.Equal(orders.Length + 1 + 3, await world.Store.HandedOffAsync("triggers", default));

        static LogAppend Order(TenantId tenant, string text) => new(0, tenant, "", LogRecordKind.Event, Now, Encoding.UTF8.GetBytes(text));
    }

    private static async Task<List<(long, string)>> InvoicesAsync(EngineWorld world)
    {
        var invoices = new List<(long, string)>();
        await foreach (var invoice in world.Store.ReadInvoicesAsync(EngineWorld.Tenant, null, default)) invoices.Add((invoice.Number, invoice.Account.Value));
        return invoices;
    }

    private static Running Begin(EngineWorld world, IOutlet outlet, IUsageLog? triggers = null) => new(new HandOffs(world.Engine, world.Log, outlet, triggers, TimeProvider.System));

    private static string Event(string id, string time) => $$"""{"specversion":"1.0","id":"{{id}}","source":"pbx","type":"call","subject":"49","time":"{{time}}"}""";

    private static string Header(OutgoingMessage message, string name) => message.Headers.Single(header => header.Name == name).Value;

    private static string Text(OutgoingMessage message) => Encoding.UTF8.GetString(message.Payload!.Value.Span);

    private static Task SaveAsync(IRatingStore store, int first, int last) =>
        store.SaveInvoicesAsync([], [.. Enumerable.Range(first, last - first + 1).Select(number => new OutboxMessage(0, "invoice.finalised", $$"""{"tenant":"north","account":"acme","n":{{number}}}"""))], default);

    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Running(HandOffs handOffs) => (HandOffs, _running) = (handOffs, handOffs.RunAsync(_stop.Token));

        public HandOffs HandOffs { get; }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _stop.Dispose();
        }
    }

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

        public async Task UntilAsync(Predicate<List<OutgoingMessage>> isSo)
        {
            while (true)
            {
                Task more;
                lock (_gate)
                {
                    if (isSo(_messages)) return;
                    more = _more.Task;
                }

                await more.WaitAsync(Until.Patience);
            }
        }
    }
}
