namespace Rating.Tests.Faults;

/// <summary>Fault tests run one after the other and beside nothing else: some measure how long a recovery takes, some take the database away.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultsCollection : ICollectionFixture<FaultFixture>
{
    public const string Name = "faults";
}
