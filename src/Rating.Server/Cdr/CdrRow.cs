using NodaTime;

namespace Rating.Server.Cdr;

/// <summary>One row of a CDR file: usable, or refused with a reason.</summary>
/// <remarks>A reader gives the same object for every row: what it holds is valid until the next row is asked for.</remarks>
public sealed class CdrRow
{
    private readonly CdrFields _fields;
    private readonly byte[] _refused = new byte[CdrLimits.RefusedBytesMax];
    private readonly byte[] _hash = new byte[32];
    private int _refusedLength;

    internal CdrRow(CdrFields fields) => _fields = fields;

    /// <summary>The line in the file, 1 for the first.</summary>
    public long LineNumber { get; internal set; }

    /// <summary>Whether the row can become an event; otherwise <see cref="Refusal"/> says why not.</summary>
    public bool IsUsable => Refusal is null;

    /// <summary>Why the row was refused; null when it is usable.</summary>
    public string? Refusal { get; private set; }

    /// <summary>A usable row's text in UTF-8; a refused row's own bytes, at most <see cref="CdrLimits.RefusedBytesMax"/>. Without the line end.</summary>
    public ReadOnlySpan<byte> Raw => IsUsable ? _fields.Line : _refused.AsSpan(0, _refusedLength);

    /// <summary>How many columns the row has.</summary>
    public int ColumnCount => _fields.Count;

    /// <summary>When the call started.</summary>
    public Instant Start { get; internal set; }

    /// <summary>When it was answered; null when it was not, or when the file does not tell.</summary>
    public Instant? Answered { get; internal set; }

    /// <summary>The event's time: the answer, or the start of a call without one.</summary>
    public Instant Time => Answered ?? Start;

    /// <summary>Billable seconds, exact as the file has them.</summary>
    public decimal DurationSeconds { get; internal set; }

    /// <summary>Why the row does not bill.</summary>
    public CdrNotBillable NotBillable { get; internal set; }

    /// <summary>The calling number, UTF-8; empty when the row has none.</summary>
    public ReadOnlySpan<byte> Caller => _fields.Slice(CallerRange);

    /// <summary>The called number, UTF-8; empty when the row has none.</summary>
    public ReadOnlySpan<byte> Called => _fields.Slice(CalledRange);

    /// <summary>The number that names the customer, UTF-8; empty when the row has none.</summary>
    public ReadOnlySpan<byte> Subject => _fields.Slice(SubjectRange);

    /// <summary>What makes the row the same row, ASCII or UTF-8; never empty.</summary>
    public ReadOnlySpan<byte> RowKey => RowKeyIsHash ? _hash : _fields.Slice(RowKeyRange);

    /// <summary>The call that the row belongs to, UTF-8; empty when the map has no call key or the row no value.</summary>
    public ReadOnlySpan<byte> CallKey => _fields.Slice(CallKeyRange);

    /// <summary>The direction, UTF-8, when the map takes it from a column.</summary>
    public ReadOnlySpan<byte> Direction => _fields.Slice(DirectionRange);

    internal bool RowKeyIsHash { get; set; }

    internal Span<byte> HashText => _hash;

    internal (int Start, int Length) CallerRange { get; set; }

    internal (int Start, int Length) CalledRange { get; set; }

    internal (int Start, int Length) SubjectRange { get; set; }

    internal (int Start, int Length) RowKeyRange { get; set; }

    internal (int Start, int Length) CallKeyRange { get; set; }

    internal (int Start, int Length) DirectionRange { get; set; }

    internal (int Start, int Length)[] ExtraRanges { get; set; } = [];

    /// <summary>The text of the map's extra column <paramref name="index"/>; empty when the row has none.</summary>
    public ReadOnlySpan<byte> Extra(int index) => _fields.Slice(ExtraRanges[index]);

    internal void Refuse(string reason, ReadOnlySpan<byte> raw)
    {
        Refusal = reason;
        _refusedLength = Math.Min(raw.Length, _refused.Length);
        raw[.._refusedLength].CopyTo(_refused);
    }

    internal void Clear(long lineNumber)
    {
        LineNumber = lineNumber;
        Refusal = null;
        (Start, Answered, DurationSeconds, NotBillable) = (default, null, 0, CdrNotBillable.None);
        (CallerRange, CalledRange, SubjectRange, RowKeyRange, CallKeyRange, DirectionRange) = (default, default, default, default, default, default);
    }
}
