using NodaTime;

namespace Rating.Domain.Billing;

/// <summary>Free units that may be used up to a day.</summary>
/// <param name="Allowance">The allowance's key.</param>
/// <param name="Meter">The meter whose units are free.</param>
/// <param name="OwnUntil">The day on which the period that it was granted for ends: after it, it is rolled over.</param>
/// <param name="Until">The day from which it cannot be used.</param>
/// <param name="Left">How many are left.</param>
public sealed record AllowanceGrant(string Allowance, string Meter, LocalDate OwnUntil, LocalDate Until, Quantity Left);
