using System.Text;

namespace Rating.Tests.Audit;

/// <summary>Writes ledger blocks of an older version from the format page: for the auditor's tests, and for who must go on reading them.</summary>
internal sealed class LedgerBlockWriter(byte version = 1)
{
    private readonly List<string> _texts = [""];
    private readonly List<byte> _entries = [];
    private long _position;
    private ulong _count;

    public void Add(long position, Entry e)
    {
        _count++;
        Signed(_entries, position - _position);
        _position = position;
        _entries.Add(e.Verdict);
        _entries.Add(e.Reason);
        _entries.Add((byte)((e.IsLater ? 1 : 0) + (e.Event.Time is null ? 2 : 0)));
        foreach (var text in new[] { e.LedgerTenant ?? "t", e.Event.Source, e.Event.Type, e.Event.Subject, e.Subscription }) Unsigned(_entries, Index(text));
        Text(_entries, e.LedgerId ?? e.Event.Id);
        Text(_entries, e.Event.CallKey);
        Signed(_entries, World.At(e.Event.Time ?? e.Ingest).ToUnixTimeTicks());
        Signed(_entries, World.At(e.Ingest).ToUnixTimeMilliseconds());
        Unsigned(_entries, (ulong)e.Event.Data.Length);
        foreach (var (name, text, isNumber) in e.Event.Data)
        {
            Unsigned(_entries, Index(name));
            _entries.Add(isNumber ? (byte)1 : (byte)0);
            Text(_entries, text);
        }
        Unsigned(_entries, (ulong)(e.DuplicateOf + 1));
        Text(_entries, "why");
        Signed(_entries, e.UsagePeriod);
        Signed(_entries, e.BillingPeriod);
        Unsigned(_entries, (ulong)e.Revision);
        Unsigned(_entries, (ulong)e.Calls.Length);
        foreach (var (charge, destination, seconds, billed, amount) in e.Calls)
        {
            Unsigned(_entries, Index(charge));
            Unsigned(_entries, Index(destination));
            Unsigned(_entries, (ulong)seconds);
            Unsigned(_entries, (ulong)billed);
            Signed(_entries, (long)(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture) * 1_000_000_000_000m));
            if (version == 2) _entries.Add(0);
        }
        Text(_entries, "");
    }

    public byte[] ToArray()
    {
        var block = new List<byte>();
        block.Add(version);
        Unsigned(block, (ulong)_texts.Count);
        foreach (var text in _texts) Text(block, text);
        Unsigned(block, _count);
        block.AddRange(_entries);
        return [.. block];
    }

    private ulong Index(string text)
    {
        if (!_texts.Contains(text)) _texts.Add(text);
        return (ulong)_texts.IndexOf(text);
    }

    private static void Text(List<byte> to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Unsigned(to, (ulong)bytes.Length);
        to.AddRange(bytes);
    }

    private static void Signed(List<byte> to, long value) => Unsigned(to, unchecked((ulong)((value << 1) ^ (value >> 63))));

    private static void Unsigned(List<byte> to, ulong value)
    {
        for (; value >= 0x80; value >>= 7) to.Add(unchecked((byte)(value | 0x80)));
        to.Add((byte)value);
    }
}
