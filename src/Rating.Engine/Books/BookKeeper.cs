using NodaTime;
using Rating.Domain;
using Rating.Engine.Store;

namespace Rating.Engine.Books;

/// <summary>The one writer of the book in this process: checks a change, stores it, takes it up.</summary>
internal sealed class BookKeeper(IRatingStore store, IClock clock) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);

    public Book Book { get; } = new();

    /// <summary>Told when the book may have new changes.</summary>
    public Action? OnChanged { get; set; }

    /// <summary>Takes up what is stored and not known here yet.</summary>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        await foreach (var change in store.ReadBookAsync(Book.Sequence, cancellation)) Book.Apply(change);
    }

    /// <summary>Reads what other processes have added, up to a sequence at least that one of them named.</summary>
    /// <exception cref="Unavailable">The store does not have it: nothing may be answered as if it had.</exception>
    public async Task FollowAsync(long sequence, CancellationToken cancellation)
    {
        if (Book.Sequence >= sequence) return;
        await RefreshAsync(() => Book.Sequence < sequence, cancellation);
        if (Book.Sequence < sequence) throw new Unavailable($"The book is at {Book.Sequence} here, and {sequence} is asked for; try again.");
    }

    /// <summary>Reads what other processes have added, whatever it is.</summary>
    public Task RefreshAsync(CancellationToken cancellation) => RefreshAsync(() => true, cancellation);

    private async Task RefreshAsync(Func<bool> isStillWanted, CancellationToken cancellation)
    {
        var before = Book.Sequence;
        await _writing.WaitAsync(cancellation);
        try
        {
            if (isStillWanted()) await LoadAsync(cancellation);
        }
        finally
        {
            _writing.Release();
            if (Book.Sequence != before) OnChanged?.Invoke();
        }
    }

    /// <summary>Adds a change that does not depend on what is there.</summary>
    /// <inheritdoc cref="AddAsync(TenantId, Func{Book, string}, CancellationToken)"/>
    public Task<long> AddAsync(TenantId tenant, string document, CancellationToken cancellation) => AddAsync(tenant, _ => document, cancellation);

    /// <summary>Adds a change.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="write">Writes it for the book as it is when its sequence is taken: again when another writer took that one first.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>Its sequence.</returns>
    /// <exception cref="Refused">The document is wrong, or does not fit what is there; nothing changed.</exception>
    public async Task<long> AddAsync(TenantId tenant, Func<Book, string> write, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation);
        try
        {
            while (true)
            {
                var change = new BookChange(Book.Sequence + 1, tenant, clock.GetCurrentInstant(), write(Book));
                Book.Check(change);
                try
                {
                    await store.AppendBookAsync(change, cancellation);
                    Book.Apply(change);
                    return change.Sequence;
                }
                catch (StaleWriterException)
                {
                    // Another process was first: take its changes up, and look whether ours still fits.
                    var before = Book.Sequence;
                    await LoadAsync(cancellation);
                    if (Book.Sequence == before) throw;
                }
                catch (Unavailable)
                {
                    // It may be stored: what is stored counts.
                    await LoadAsync(CancellationToken.None);
                    throw;
                }
            }
        }
        finally
        {
            _writing.Release();
            OnChanged?.Invoke();
        }
    }

    public void Dispose()
    {
        _writing.Dispose();
        Book.Dispose();
    }
}
