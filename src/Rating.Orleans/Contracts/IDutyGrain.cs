using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>Something that one silo of the cluster does at a time, such as publishing: the key is its name.</summary>
[Alias("rating.IDutyGrain")]
public interface IDutyGrain : IGrainWithStringKey
{
    /// <summary>Makes it be done, wherever that is.</summary>
    [Alias("Keep")]
    [ResponseTimeout("00:00:05")]
    Task KeepAsync();
}
