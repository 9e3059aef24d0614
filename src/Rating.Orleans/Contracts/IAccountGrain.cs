using Orleans;
using Orleans.CodeGeneration;

namespace Rating.Orleans.Contracts;

/// <summary>Closes and bills one account, one close or bill run at a time: the key is <see cref="Placement.GrainKey"/> of tenant and account, or of the tenant alone for all its accounts.</summary>
[Alias("rating.IAccountGrain")]
[Version(1)]
public interface IAccountGrain : IGrainWithStringKey
{
    /// <summary>Closes what is due, and makes the invoices that can be made. Goes on where an earlier one was interrupted.</summary>
    [Alias("Close")]
    [ResponseTimeout("01:00:00")]
    Task<CloseMessage> CloseAsync(CloseOrder order);

    /// <summary>Makes the invoices of the account that are due and not made. Silos of version 0 do not know it.</summary>
    [Alias("Bill")]
    [ResponseTimeout("01:00:00")]
    Task<InvoiceMessage[]> BillAsync(BillOrder order);
}
