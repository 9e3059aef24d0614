using Orleans;

namespace Rating.Orleans.Contracts;

/// <summary>Closes and bills one account, one close at a time: the key is <see cref="Placement.GrainKey"/> of tenant and account, or of the tenant alone for all its accounts.</summary>
[Alias("rating.IAccountGrain")]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>Closes what is due, and makes the invoices that can be made. Goes on where an earlier one was interrupted.</summary>
    [Alias("Close")]
    [ResponseTimeout("01:00:00")]
    Task<CloseMessage> CloseAsync(CloseOrder order);
}
