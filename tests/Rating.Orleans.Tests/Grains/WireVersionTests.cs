using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Serialization;
using Rating.Domain;
using Rating.Engine;
using Rating.Orleans.Contracts;

namespace Rating.Orleans.Tests.Grains;

/// <summary>Messages of another version are read: what is new is passed over, what is missing is as if not said. The bytes of every message stand in a file; <c>RATING_GOLDEN=write</c> writes it, which may only add the bytes of a new member or message.</summary>
public sealed class WireVersionTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

    // One of every message, each member with a value of its own.
    private static readonly Dictionary<string, object> Examples = new object[]
    {
        new AlertMessage { Tenant = "acme", Subscription = "s1", Period = 314, Alert = "spend", Threshold = "80%", Step = 2, Document = "{}" },
        new BalanceMessage("{}", "S127.0.0.1:1:1"),
        new BillOrder(true, false, 9),
        new CloseMessage(3, ["1", "2"], ["s1"], ["no price"]) { SnapshotDocuments = ["{}"], Document = "{ }" },
        new CloseOrder("s1", "2026-04-01", 9),
        CommandKind.Repeat,
        new CommandMessage { Kind = CommandKind.Repeat, Batch = 7, BookSequence = 9, Tenant = "acme", Positions = [3, 4], RepeatOf = [1, 300], SameContent = [true, false], Subscriptions = [5], Periods = [314] },
        new CommandOutcome(12, 3),
        new HoldingsMessage(2, 5, -1, 40, 9, 6, [1, 2, 3]),
        new InvoiceMessage("17", "a1", "2026-04-01", "2026-04-02", "12.30", "EUR"),
        new ProgressMessage(4, 10),
        new RefusedMessage { Code = "some.code", Message = "No.", Where = "here" },
        new StatusMessage(100, 90, 120, 2, "why", "S127.0.0.1:1:1"),
        new SuspenseMessage { Reason = 10, Subject = "49", Type = "sms", Count = 8, FirstTicks = 17_731_296_000_000_000, LastTicks = 17_731_296_000_000_001 },
        new UnavailableMessage { Message = "Later.", IsLasting = true },
        new UsageMessage([9, 8, 7], 9, 6),
    }.ToDictionary(example => AliasOf(example.GetType()), StringComparer.Ordinal);

    private static readonly string BytesFile = Path.Combine(GrainContractsTests.Root(), "src", "Rating.Orleans", "WireBytes.txt");

    public static TheoryData<string> Messages => [.. GrainContractsTests.Messages.Select(AliasOf)];

    private Serializer Whole => _services.GetRequiredService<Serializer>();

    [Fact]
    public void An_old_silo_reads_a_command_of_a_newer_one()
    {
        var bytes = Serializer<CommandOfTomorrow>().SerializeToArray(new CommandOfTomorrow { Kind = CommandKind.Retry, Batch = 7, BookSequence = 9, Tenant = "acme", Positions = [3, 4], Reason = "because" });
        var read = Serializer<CommandMessage>().Deserialize(bytes)!;
        Assert.Equal((CommandKind.Retry, 7L, 9L, "acme"), (read.Kind, read.Batch, read.BookSequence, read.Tenant));
        Assert.Equal([3L, 4L], read.Positions);
    }

    [Fact]
    public void A_new_silo_reads_a_command_of_an_older_one()
    {
        var read = Serializer<CommandOfTomorrow>().Deserialize(Serializer<CommandMessage>().SerializeToArray(new CommandMessage { Kind = CommandKind.Void, Positions = [1], Subscriptions = [5], Periods = [6] }))!;
        Assert.Equal((CommandKind.Void, ""), (read.Kind, read.Reason));
        Assert.Equal([1L], read.Positions);
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void A_message_is_read_from_the_bytes_of_the_file_and_written_as_them(string message)
    {
        Assert.True(Examples.TryGetValue(message, out var example), $"{message} has no example here, and no bytes in {BytesFile}");
        var written = $"{message} {Convert.ToHexStringLower(Whole.SerializeToArray<object>(example))}";
        if (Environment.GetEnvironmentVariable("RATING_GOLDEN") == "write") File.WriteAllLines(BytesFile, File.ReadAllLines(BytesFile).Where(line => !line.StartsWith($"{message} ", StringComparison.Ordinal)).Append(written).Order(StringComparer.Ordinal).ToList());
        var stored = Assert.Single(File.ReadLines(BytesFile), line => line.StartsWith($"{message} ", StringComparison.Ordinal));
        Assert.Equal(stored, written);
        var read = Whole.Deserialize<object>(Convert.FromHexString(stored[(message.Length + 1)..]));
        Assert.IsType(example.GetType(), read);
        Assert.Equivalent(example, read, strict: true);
    }

    [Fact]
    public void A_refusal_keeps_its_code_and_place_and_an_unavailability_its_message()
    {
        var refused = (Refused)RoundTrip(new Refused("some.code", "No.") { Where = "here" });
        Assert.Equal(("some.code", "No.", "here"), (refused.Code, refused.Message, refused.Where));
        var unavailable = (Unavailable)RoundTrip(new Unavailable("Later.", new InvalidOperationException("cause")) { IsLasting = true });
        Assert.Equal(("Later.", true), (unavailable.Message, unavailable.IsLasting));
    }

    public void Dispose() => _services.Dispose();

    private static string AliasOf(Type message) => message.GetCustomAttribute<AliasAttribute>()!.Alias;

    private Exception RoundTrip(Exception error) => Serializer<Exception>().Deserialize(Serializer<Exception>().SerializeToArray(error))!;

    private Serializer<T> Serializer<T>() => _services.GetRequiredService<Serializer<T>>();
}
