using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Rating.Domain;
using Rating.Engine;
using Rating.Orleans.Contracts;

namespace Rating.Orleans.Tests.Grains;

/// <summary>Messages of another version are read: what is new is passed over, what is missing is as if not said.</summary>
public sealed class WireVersionTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddSerializer().BuildServiceProvider();

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

    [Fact]
    public void A_refusal_keeps_its_code_and_place_and_an_unavailability_its_message()
    {
        var refused = (Refused)RoundTrip(new Refused("some.code", "No.") { Where = "here" });
        Assert.Equal(("some.code", "No.", "here"), (refused.Code, refused.Message, refused.Where));
        Assert.Equal("Later.", Assert.IsType<Unavailable>(RoundTrip(new Unavailable("Later.", new InvalidOperationException("cause")))).Message);
    }

    public void Dispose() => _services.Dispose();

    private Exception RoundTrip(Exception error) => Serializer<Exception>().Deserialize(Serializer<Exception>().SerializeToArray(error))!;

    private Serializer<T> Serializer<T>() => _services.GetRequiredService<Serializer<T>>();
}
