using Rating.Engine.Books;

namespace Rating.Server.Documents;

/// <summary>Who is billed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name on the invoice.</param>
/// <param name="Address">Its address on the invoice; lines separated by line feeds.</param>
/// <param name="Email">Where invoices go.</param>
internal sealed record AccountDocument(string Id, string? Name = null, string? Address = null, string? Email = null)
{
    /// <summary>The document of an account.</summary>
    public static AccountDocument Of(Account account) => new(account.Id.Value, account.Name, account.Address, account.Email);
}
