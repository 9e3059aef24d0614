namespace Rating.Server.Documents;

/// <summary>One tax of an invoice.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Jurisdiction">Where it is due.</param>
/// <param name="Percent">How many percent; empty for a flat amount.</param>
/// <param name="Base">What it is on, decimal text.</param>
/// <param name="Amount">The tax, decimal text.</param>
/// <param name="Note">Why it is not due; empty when it is.</param>
internal sealed record TaxDocument(string Rule, string Name, string Type, string Jurisdiction, string Percent, string Base, string Amount, string Note)
{
    /// <summary>How it came about, for people.</summary>
    public string How => $"{(Percent.Length > 0 ? $"{Percent} % of " : "on ")}{Base}{(Note.Length > 0 ? $", {Note}" : "")}";
}
