using Rating.Domain;

namespace Rating.Server.Api;

/// <summary>Reads a request's body whole, within the limit.</summary>
internal static class RequestBody
{
    /// <summary>Reads it.</summary>
    /// <exception cref="Refused"><c>request.size</c></exception>
    public static Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellation) => ReadAsync(request, Limits.RequestBytesMax, cancellation);

    /// <summary>Reads it, up to a size of its own.</summary>
    /// <exception cref="Refused"><c>request.size</c></exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int bytesMax, CancellationToken cancellation)
    {
        if (request.ContentLength > bytesMax) throw TooLarge(bytesMax);
        var buffer = new byte[request.ContentLength ?? 16 * 1024];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length == request.ContentLength) break;
                if (length >= bytesMax) throw TooLarge(bytesMax);
                Array.Resize(ref buffer, Math.Min(Math.Max(length * 2, 1024), bytesMax));
            }

            var read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellation);
            if (read == 0) break;
            length += read;
        }

        return buffer.AsMemory(0, length);
    }

    private static Refused TooLarge(int bytesMax) => new("request.size", $"The body is larger than {bytesMax} bytes; send it in parts.");
}
