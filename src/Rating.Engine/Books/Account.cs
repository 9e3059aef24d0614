using Rating.Domain;

namespace Rating.Engine.Books;

/// <summary>Who is billed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name on the invoice.</param>
/// <param name="Address">Its address on the invoice; lines separated by line feeds.</param>
/// <param name="Email">Where invoices go.</param>
public sealed record Account(AccountId Id, string Name, string Address, string Email);
