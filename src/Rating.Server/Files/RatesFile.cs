using System.Text.Json.Nodes;
using Rating.Domain;

namespace Rating.Server.Files;

/// <summary>The rates of a deck as a CSV file: one rate per row; an empty cell is as if absent.</summary>
internal static class RatesFile
{
    private static readonly (string Column, string Member)[] Columns =
    [
        ("prefix", "prefix"), ("destination", "destination"), ("per_minute", "perMinute"), ("band", "band"), ("connection_fee", "connectionFee"), ("minimum_charge", "minimumCharge"),
        ("initial_seconds", "initialSeconds"), ("increment_seconds", "incrementSeconds"), ("from", "from"), ("to", "to"),
    ];

    /// <summary>Reads a file into the <c>rates</c> of a deck.</summary>
    /// <exception cref="Refused">With line and column.</exception>
    public static JsonArray Read(string path)
    {
        var table = CsvTable.Read(path, ["prefix", "destination", "per_minute"], [.. Columns.Skip(3).Select(column => column.Column)]);
        var rates = new JsonArray();
        foreach (var (_, cells) in table.Rows)
        {
            var rate = new JsonObject();
            foreach (var (column, member) in Columns)
                if (table.Cell(cells, column) is { Length: > 0 } cell) rate[member] = cell;
            rates.Add(rate);
        }

        return rates;
    }
}
