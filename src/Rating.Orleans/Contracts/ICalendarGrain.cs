using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>The calendar, one for the cluster (key 0): looks for closes that are due, and starts each once.</summary>
[Alias("rating.ICalendarGrain")]
public interface ICalendarGrain : IGrainWithIntegerKey
{
    /// <summary>Makes the calendar be looked at from now on, whatever becomes of the silo that asks.</summary>
    [Alias("Start")]
    Task StartAsync();

    /// <summary>Looks at it now.</summary>
    [Alias("Look")]
    [ResponseTimeout("01:00:00")]
    Task LookAsync();
}
