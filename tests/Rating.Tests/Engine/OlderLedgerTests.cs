using System.IO.Compression;
using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine.Partitions;
using Rating.Engine.Store;
using Rating.Tests.Audit;

namespace Rating.Tests.Engine;

/// <summary>Ledger blocks of older programs are read for as long as they are kept.</summary>
public sealed class OlderLedgerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_block_of_an_older_version_is_read(byte version)
    {
        var writer = new LedgerBlockWriter(version);
        writer.Add(5, Entry.Rated(new Ev("a", "2026-03-10T12:00:00.5Z", "call", "49301"), "2026-03-10T12:00:01Z", 314) with { Calls = [("deck", "DE", 61, 120, "0.25")] });
        writer.Add(7, Entry.Rated(new Ev("b", "2026-03-10T13:00:00Z", "sms", "49302"), "2026-03-10T13:00:01Z", 315, subscription: "s2"));
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Fastest)) brotli.Write(writer.ToArray());
        var block = new LedgerBlock(1, [], packed.ToArray());
        var entries = LedgerBlocks.Read(block, _ => Currency.Of("EUR"));
        Assert.Equal(
            [(5L, Verdict.Rated, "a", "call", "49301", "s1", "2026-03-10T12:00:00.5Z", "2026-03-10T12:00:01Z", 314), (7L, Verdict.Rated, "b", "sms", "49302", "s2", "2026-03-10T13:00:00Z", "2026-03-10T13:00:01Z", 315)],
            entries.Select(e => (e.Position, e.Verdict, e.Record.Id, e.Record.Type, e.Record.Subject, e.Subscription, Text(e.Record.EventTime), Text(e.Record.IngestTime), e.BillingPeriod)));
        static string Text(NodaTime.Instant time) => NodaTime.Text.InstantPattern.ExtendedIso.Format(time);
        var call = Assert.Single(entries[0].Calls);
        // Nothing else is looked at where one subscription is wanted; what stands behind it is found all the same.
        var wanted = Assert.Single(LedgerBlocks.Read(block, _ => Currency.Of("EUR"), subscription => subscription == "s2"));
        Assert.Equal((7, "b", "2026-03-10T13:00:01Z", 315), (wanted.Position, wanted.Record.Id, Text(wanted.Record.IngestTime), wanted.BillingPeriod));
        Assert.Equal(("deck", "DE", 61L, 120L, "0.25", 0), (call.Charge, call.Call.Destination, call.Seconds, call.Call.BilledSeconds, call.Call.Amount.ToText(), call.Cost.Kind));
    }
}
