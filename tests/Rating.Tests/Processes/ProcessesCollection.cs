namespace Rating.Tests.Processes;

/// <summary>Tests of real processes run one after the other and beside nothing else: they measure how long a run takes, to stop others within it.</summary>
[CollectionDefinition("processes", DisableParallelization = true)]
public sealed class ProcessesCollection;
