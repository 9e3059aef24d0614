using Microsoft.Extensions.Logging;

namespace Rating.Orleans.Nodes;

/// <summary>Hands what Orleans logs to the program's own log.</summary>
internal sealed class ForwardingLogger(ILogger logger) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => logger;

    public void Dispose()
    {
        // The logger is the program's.
    }
}
