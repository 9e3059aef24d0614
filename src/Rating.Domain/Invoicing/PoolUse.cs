namespace Rating.Domain.Invoicing;

/// <summary>What an account's subscriptions shared in one cycle.</summary>
/// <param name="Allowance">The allowance.</param>
/// <param name="Granted">How many units all of them brought.</param>
/// <param name="Left">How many nobody used.</param>
public sealed record PoolUse(string Allowance, Quantity Granted, Quantity Left);
