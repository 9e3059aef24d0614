using Rating.Engine.Log;

namespace Rating.Tests.Contracts;

/// <summary>What a usage log promises that outlives its process.</summary>
public abstract class DurableUsageLogContract : UsageLogContract
{
    /// <summary>Opens the data of a log that was disposed.</summary>
    protected abstract IUsageLog Reopen();

    /// <summary>Opens a copy of the data, made while <see cref="UsageLogContract.Log"/> is open: what a crash of the machine now would leave.</summary>
    protected abstract IUsageLog OpenAfterCrash();

    [Fact]
    public async Task A_log_that_is_opened_again_gives_everything_back_and_goes_on()
    {
        await FillAsync();
        var received = await Log.ReceivedAsync(default);
        await Log.DisposeAsync();

        await using var again = Reopen();
        await HoldsAsync(again);
        Assert.Equal(received.OrderBy(count => count.Source), (await again.ReceivedAsync(default)).OrderBy(count => count.Source));
        var wait = again.WaitAsync(0, 101, default);
        Assert.Equal(102, (await again.AppendAsync([Record(0, "next")], default))[0]);
        await wait;
        Assert.Equal("next", Text((await again.ReadAsync(0, 101, 1, default))[0]));
    }

    [Fact]
    public async Task What_was_acknowledged_survives_a_crash()
    {
        await FillAsync();
        await using var copy = OpenAfterCrash();
        await HoldsAsync(copy);
        Assert.Equal(102, (await copy.AppendAsync([Record(0, "next")], default))[0]);
    }

    private async Task FillAsync()
    {
        await Log.AppendAsync([.. Enumerable.Range(0, 100).SelectMany(number => new[] { Record(0, $"{number}"), Record(3, $"{number}", South, "sbc") })], default);
        await Log.AppendAsync([Record(0, "100")], default);
    }

    private static async Task HoldsAsync(IUsageLog log)
    {
        Assert.Equal(Enumerable.Range(0, 101).Select(number => $"{number}"), await TextsAsync(log, 0));
        Assert.Equal(Enumerable.Range(0, 100).Select(number => $"{number}"), await TextsAsync(log, 3));
        Assert.Equal((101, 0, 0, 100), (await log.EndAsync(0, default), await log.EndAsync(1, default), await log.EndAsync(2, default), await log.EndAsync(3, default)));
        Assert.Equal([("pbx", 101L), ("sbc", 100)], (await log.ReceivedAsync(default)).Select(count => (count.Source, count.Count)).Order());
    }
}
