using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Rating.Domain;
using Rating.Server.Cdr;
using Rating.Server.Commands;
using Rating.Server.Documents;

namespace Rating.Server.Importing;

/// <summary>Reads CDR files into the engine. What makes a row the same row is in the row, so a run that was stopped is simply run again.</summary>
/// <param name="client">The engine.</param>
/// <param name="map">How the files are to be read.</param>
/// <param name="source">The events' source; null for the map's own.</param>
internal sealed class ImportRun(RatingClient client, CdrMap map, string? source)
{
    private const int BatchRows = 5_000;
    private const int BatchBytes = 4 * 1024 * 1024;
    private readonly Dictionary<int, long> _ends = [];

    /// <summary>The source under which rows are counted.</summary>
    public string Source { get; } = source ?? $"cdr/{map.Name}";

    /// <summary>How many rows were sent: usable and refused. Counted here, outside the engine (promise P7).</summary>
    public long Received { get; private set; }

    /// <summary>How many of them the reader refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Whether a file with this content was read whole before, with this map and source.</summary>
    public async Task<ImportedFileDocument?> FindAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await client.GetAsync<ImportedFileDocument>($"/v1/imports/files/{await HashAsync(path, cancellation)}", cancellation);
        }
        catch (Refused unknown) when (unknown.Code == "import.unknown")
        {
            return null;
        }
    }

    /// <summary>Reads one file to its end.</summary>
    /// <param name="path">The file.</param>
    /// <param name="progress">Told how many bytes are read.</param>
    /// <param name="cancellation">Stops after the batch that is on its way.</param>
    /// <returns>Where its lines went, and the file with the refused rows, if there are any.</returns>
    /// <exception cref="CdrFileException">It does not fit the map at all.</exception>
    public async Task<(CdrCounts Counts, string? RefusedRows)> ReadAsync(string path, Action<long> progress, CancellationToken cancellation)
    {
        await using var file = Open(path);
        var reader = new CdrReader(file, map);
        using var writer = new CdrEventWriter(map, source);
        using var refusedRows = new RefusedRows(path);
        var (filling, sending, rows) = (new ArrayBufferWriter<byte>(BatchBytes), new ArrayBufferWriter<byte>(BatchBytes), 0);
        var sent = Task.CompletedTask;
        foreach (var row in reader.Rows())
        {
            if (row.IsUsable)
            {
                ImportFrame.WriteEvent(filling, writer.Write(row).Span);
            }
            else
            {
                ImportFrame.WriteRefused(filling, $"line {row.LineNumber}: {row.Refusal}", row.Raw);
                refusedRows.Add(row);
            }

            if (++rows < BatchRows && filling.WrittenCount < BatchBytes) continue;
            await SendAsync();
        }

        if (rows > 0) await SendAsync();
        await sent;
        await client.SendAsync(HttpMethod.Put, $"/v1/imports/files/{await HashAsync(path, cancellation)}", new ImportedFileDocument(Path.GetFileName(path), reader.Counts.Rows), cancellation);
        return (reader.Counts, refusedRows.Finish());

        // One batch is on its way while the next one is read.
        async Task SendAsync()
        {
            await sent;
            cancellation.ThrowIfCancellationRequested();
            (filling, sending) = (sending, filling);
            sent = PostAsync(sending.WrittenMemory, rows, cancellation);
            filling.ResetWrittenCount();
            Refused = refusedRows.Count;
            rows = 0;
            progress(file.Position);
        }
    }

    /// <summary>Waits until every row that was sent has its verdict.</summary>
    public async Task DecidedAsync(CancellationToken cancellation)
    {
        while (!(await client.GetAsync<ReceiptState>($"/v1/receipts/{EventReceipt.Text(_ends)}?wait=20", cancellation)).Decided)
        {
        }
    }

    /// <summary>What the engine has decided for the source so far.</summary>
    public Task<ReconciliationDocument> CountsAsync(CancellationToken cancellation) => client.GetAsync<ReconciliationDocument>($"/v1/reconciliation?source={Uri.EscapeDataString(Source)}", cancellation);

    private async Task PostAsync(ReadOnlyMemory<byte> batch, int rows, CancellationToken cancellation)
    {
        var receipt = await client.PostBytesAsync<EventReceipt>($"/v1/imports/rows?source={Uri.EscapeDataString(Source)}", ImportFrame.ContentType, batch, cancellation);
        foreach (var (partition, end) in EventReceipt.Ends(receipt.Receipt)) _ends[partition] = Math.Max(end, _ends.GetValueOrDefault(partition));
        Received += rows;
    }

    private async Task<string> HashAsync(string path, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using (var file = Open(path))
        {
            var buffer = new byte[256 * 1024];
            for (int read; (read = await file.ReadAsync(buffer, cancellation)) > 0;) hash.AppendData(buffer, 0, read);
        }

        hash.AppendData(Encoding.UTF8.GetBytes($"\0{map.Name}\0{map.Zone?.Id}\0{Source}"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 256 * 1024);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new Refused("file.unreadable", $"{path} cannot be read: {wrong.Message}");
        }
    }
}
