using Rating.Domain;
using Rating.Domain.Invoicing;

namespace Rating.Engine.Books;

/// <summary>Who is billed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name on the invoice.</param>
/// <param name="Address">Its address on the invoice; lines separated by line feeds.</param>
/// <param name="Email">Where invoices go.</param>
public sealed record Account(AccountId Id, string Name, string Address, string Email)
{
    /// <summary>The same as it was written, a JSON object; empty when nothing is.</summary>
    public string Agreed { get; init; } = "";

    /// <summary>What is agreed with it beside its subscriptions.</summary>
    public AccountTerms Terms { get; init; } = AccountTerms.None;
}
