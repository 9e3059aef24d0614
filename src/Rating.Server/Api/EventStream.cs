namespace Rating.Server.Api;

/// <summary>Writes server-sent events until the listener goes, or the server stops: a stream that only its listener can end would hold up the stop.</summary>
internal static class EventStream
{
    /// <summary>Writes them as they come. Until the first one is here nothing is answered: it may be refused.</summary>
    public static async Task WriteAsync(HttpContext context, Func<CancellationToken, IAsyncEnumerable<string>> events)
    {
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            await foreach (var one in events(ends.Token))
            {
                if (!context.Response.HasStarted) (context.Response.ContentType, context.Response.Headers.CacheControl) = ("text/event-stream", "no-cache");
                await context.Response.WriteAsync(one + "\n\n", ends.Token);
                await context.Response.Body.FlushAsync(ends.Token);
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The listener has gone, or has the end of the stream.
        }
    }
}
