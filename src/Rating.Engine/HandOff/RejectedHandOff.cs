using System.Globalization;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine.Books;
using Rating.Engine.Log;
using Rating.Engine.Partitions;
using Rating.Engine.Store;

namespace Rating.Engine.HandOff;

/// <summary>Hands the rejected records of one partition over, each with its reason, out of the ledger: so what a crash kept back is handed over later.</summary>
/// <remarks>A position is the number of the checkpoint whose rejected records are all handed over.</remarks>
internal sealed class RejectedHandOff(IRatingStore store, IUsageLog log, Book book, int partition, IOutlet outlet) : IHandOff
{
    private const int RecordsPerSend = 500;
    private const int RecordsPerRead = 1_000;
    private const int CheckpointsPerStep = 64;

    /// <summary>After so many checkpoints without rejected records the position moves all the same: a start must not look at all of them again.</summary>
    private const int CheckpointsUnmovedMax = 1_000;
    private static readonly HashSet<int> Rejected = [LedgerBlocks.RejectedHash];

    // Checkpoints up to here have nothing to hand over: they need not be looked at again.
    private long _looked;

    public string Stream { get; } = string.Create(CultureInfo.InvariantCulture, $"rejected/{partition}");

    public async Task<long> SendAsync(long from, CancellationToken cancellation)
    {
        var (to, blocks) = (from, 0);
        await foreach (var block in NewAsync(from, cancellation))
        {
            await SendAsync(block, cancellation);
            to = block.Checkpoint;
            if (++blocks == CheckpointsPerStep) return to;
        }

        return blocks > 0 || _looked - from >= CheckpointsUnmovedMax ? Math.Max(to, _looked) : from;
    }

    // Only blocks whose directory says that they have rejected records leave the store.
    private async IAsyncEnumerable<LedgerBlock> NewAsync(long from, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var last = (await store.PlaceOfAsync(partition, cancellation)).Checkpoint;
        var after = Math.Max(from, _looked);
        if (last <= after) yield break;
        await foreach (var block in store.ReadLedgerAsync(partition, after + 1, Rejected, cancellation))
        {
            yield return block;
            _looked = block.Checkpoint;
        }

        _looked = Math.Max(_looked, last);
    }

    private async Task SendAsync(LedgerBlock block, CancellationToken cancellation)
    {
        var entries = LedgerBlocks.Read(block, CurrencyOf).Where(entry => entry.Verdict == Verdict.Rejected).OrderBy(entry => entry.Position).ToList();
        foreach (var part in entries.Chunk(RecordsPerSend))
        {
            var messages = new List<OutgoingMessage>();
            IReadOnlyList<LogRecord> records = [];
            foreach (var entry in part)
            {
                if (records.Count == 0 || entry.Position > records[^1].Position) records = await ReadAsync(entry.Position, cancellation);
                messages.Add(Of(entry, records.Where(record => record.Position == entry.Position && record.Kind != LogRecordKind.Gap).Select(record => (LogRecord?)record).FirstOrDefault()));
            }

            await outlet.SendAsync(messages, cancellation);
        }
    }

    // What retention has deleted is handed over without its bytes.
    private async Task<IReadOnlyList<LogRecord>> ReadAsync(long position, CancellationToken cancellation)
    {
        try
        {
            return await log.ReadAsync(partition, position, RecordsPerRead, cancellation);
        }
        catch (LogRangeMissingException)
        {
            return [];
        }
    }

    private OutgoingMessage Of(LedgerEntry entry, LogRecord? record)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{partition}/{entry.Position}");
        List<(string, string)> headers =
        [
            ("rating-id", id), ("rating-partition", partition.ToString(CultureInfo.InvariantCulture)), ("rating-position", entry.Position.ToString(CultureInfo.InvariantCulture)),
            ("rating-reason", NameOf(entry.Reason)), ("rating-detail", entry.Detail), ("rating-tenant", entry.Record.Tenant.Value), ("rating-source", entry.Record.Source),
            ("rating-ingest-time", NodaTime.Text.InstantPattern.ExtendedIso.Format(entry.Record.IngestTime)),
        ];
        if (entry.Record.Id.Length > 0) headers.Add(("rating-event-id", entry.Record.Id));
        if (entry.EstimatedValue.Length > 0) headers.Add(("rating-estimated-value", entry.EstimatedValue));
        if (record is null) headers.Add(("rating-payload", "gone"));
        return record is { Kind: LogRecordKind.Refused } refused
            ? new OutgoingMessage(OutgoingStream.Rejected, id, id, "application/octet-stream", headers, RawOf(refused.Payload))
            : new OutgoingMessage(OutgoingStream.Rejected, id, id, "application/cloudevents+json", headers, record?.Payload);
    }

    // Behind the source and the reason that the border wrote before it.
    private static ReadOnlyMemory<byte> RawOf(ReadOnlyMemory<byte> payload)
    {
        for (var line = 0; line < 2; line++) payload = payload[(payload.Span.IndexOf((byte)'\n') + 1)..];
        return payload;
    }

    private Currency CurrencyOf(TenantId tenant) => book.Read(all => all.Tenant(tenant)!.Catalogs[0].Catalog.Currency);

    private static string NameOf(VerdictReason reason) => reason.ToString() is var name ? char.ToLowerInvariant(name[0]) + name[1..] : "";
}
