using System.Collections;
using Rating.Engine.Log;

namespace Rating.Kafka;

/// <summary>Records that came from the broker together. They are read in parts, and their memory is used again when every part was given back.</summary>
internal sealed class RecordWindow
{
    private readonly List<LogRecord> _records = [];
    private int _parts;

    /// <summary>Whether no part is read any more. Parts that nobody gives back keep it for good: then another one takes its place.</summary>
    public bool IsFree => Volatile.Read(ref _parts) == 0;

    public List<LogRecord> Records => _records;

    /// <summary>Some of its records, to be given back when they were read, or not.</summary>
    public IReadOnlyList<LogRecord> Part(int from, int count)
    {
        if (count == 0) return [];
        Interlocked.Increment(ref _parts);
        return new Taken(this, from, count);
    }

    private sealed class Taken(RecordWindow window, int from, int count) : IReadOnlyList<LogRecord>, IDisposable
    {
        private int _isBack;

        public int Count => count;

        public LogRecord this[int index] => (uint)index < (uint)count ? window._records[from + index] : throw new ArgumentOutOfRangeException(nameof(index));

        public IEnumerator<LogRecord> GetEnumerator()
        {
            for (var i = 0; i < count; i++) yield return this[i];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isBack, 1) == 0) Interlocked.Decrement(ref window._parts);
        }
    }
}
