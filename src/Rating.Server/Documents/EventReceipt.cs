using System.Globalization;
using Rating.Domain;
using Rating.Engine.Intake;

namespace Rating.Server.Documents;

/// <summary>What a sender of usage is given when all of it is durable.</summary>
/// <param name="Receipt">Names the places in the log up to which it is; ask <c>/v1/receipts/</c> with it whether all of that has its verdict.</param>
/// <param name="Received">How many events were counted as received, malformed ones included.</param>
/// <param name="Malformed">The malformed ones; they are rejected, the others are not touched.</param>
internal sealed record EventReceipt(string Receipt, int Received, IReadOnlyList<MalformedEvent> Malformed)
{
    /// <summary>The receipt of an intake.</summary>
    public static EventReceipt Of(Receipt receipt) => new(Text(receipt.Ends), receipt.Received, receipt.Malformed);

    /// <summary>Positions per partition as text: <c>0.15_2.9</c>.</summary>
    public static string Text(IReadOnlyDictionary<int, long> ends) =>
        ends.Count == 0 ? "none" : string.Join('_', ends.OrderBy(end => end.Key).Select(end => string.Create(CultureInfo.InvariantCulture, $"{end.Key}.{end.Value}")));

    /// <summary>The positions of a receipt.</summary>
    /// <exception cref="Refused"><c>request.receipt</c></exception>
    public static IReadOnlyDictionary<int, long> Ends(string text)
    {
        var ends = new Dictionary<int, long>();
        if (text == "none") return ends;
        foreach (var part in text.Split('_'))
        {
            var dot = part.IndexOf('.', StringComparison.Ordinal);
            if (dot < 0 || !int.TryParse(part.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                || !long.TryParse(part.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var end) || !ends.TryAdd(partition, end))
                throw new Refused("request.receipt", "This is not a receipt.");
        }

        return ends;
    }
}
