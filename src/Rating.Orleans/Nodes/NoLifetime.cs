using Microsoft.Extensions.Hosting;

namespace Rating.Orleans.Nodes;

/// <summary>Leaves signals to the program, which stops the silo when it stops.</summary>
internal sealed class NoLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
