using System.Text.Json;
using NodaTime.Text;
using Rating.Engine.Partitions;
using Rating.Engine.Views;

namespace Rating.Server.Documents;

/// <summary>What waits in suspense.</summary>
/// <param name="Count">How many records.</param>
/// <param name="Groups">Them in groups, the largest first.</param>
/// <param name="Records">Single records, as many as were asked for.</param>
internal sealed record SuspenseDocument(long Count, IReadOnlyList<SuspenseGroupDocument> Groups, IReadOnlyList<SuspendedRecordDocument> Records);

/// <summary>Records that wait for the same reason.</summary>
/// <param name="Reason">unknownSubject, unknownMeter, noPrice, idConflict or amountOutOfRange.</param>
/// <param name="Subject">The number or device that they name.</param>
/// <param name="Type">Their event type.</param>
/// <param name="Count">How many.</param>
/// <param name="First">The earliest event time among them.</param>
/// <param name="Last">The latest.</param>
internal sealed record SuspenseGroupDocument(string Reason, string Subject, string Type, long Count, string First, string Last)
{
    /// <summary>The document of a group.</summary>
    public static SuspenseGroupDocument Of(SuspenseGroup group) => new(
        JsonNamingPolicy.CamelCase.ConvertName(group.Reason.ToString()), group.Subject, group.Type, group.Count, InstantPattern.ExtendedIso.Format(group.First), InstantPattern.ExtendedIso.Format(group.Last));
}

/// <summary>A record in suspense, at its place.</summary>
/// <param name="Partition">The partition of the log.</param>
/// <param name="Position">The position in it.</param>
/// <param name="Reason">Why it waits.</param>
/// <param name="Source">Its source.</param>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Time">Its event time.</param>
/// <param name="Detail">Why, in words.</param>
internal sealed record SuspendedRecordDocument(int Partition, long Position, string Reason, string Source, string Id, string Type, string Subject, string Time, string Detail)
{
    /// <summary>The document of a record.</summary>
    public static SuspendedRecordDocument Of(int partition, LedgerEntry entry) => new(
        partition, entry.Position, JsonNamingPolicy.CamelCase.ConvertName(entry.Reason.ToString()), entry.Record.Source, entry.Record.Id, entry.Record.Type, entry.Record.Subject,
        InstantPattern.ExtendedIso.Format(entry.Record.EventTime), entry.Detail);
}
