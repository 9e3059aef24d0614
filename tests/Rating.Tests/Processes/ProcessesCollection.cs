namespace Rating.Tests.Processes;

/// <summary>Beside nothing else run those tests of real processes that measure how long a run takes, to stop others within it.</summary>
[CollectionDefinition("processes", DisableParallelization = true)]
public sealed class ProcessesCollection;
