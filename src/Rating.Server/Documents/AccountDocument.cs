using System.Text.Json;
using System.Text.Json.Serialization;
using Rating.Engine.Books;

namespace Rating.Server.Documents;

/// <summary>Who is billed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name on the invoice.</param>
/// <param name="Address">Its address on the invoice; lines separated by line feeds.</param>
/// <param name="Email">Where invoices go.</param>
internal sealed record AccountDocument(string Id, string? Name = null, string? Address = null, string? Email = null)
{
    /// <summary>What is agreed with it, as it was written (docs/formats.md, "Around the charges").</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Agreed { get; init; }

    /// <summary>The document of an account.</summary>
    public static AccountDocument Of(Account account) => new(account.Id.Value, account.Name, account.Address, account.Email) { Agreed = Members(account.Agreed) };

    /// <summary>The members of what was written; null for nothing.</summary>
    public static Dictionary<string, JsonElement>? Members(string agreed) => agreed.Length == 0 ? null : JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(agreed);
}
