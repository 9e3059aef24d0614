namespace Rating.Tests.Contracts;

/// <summary>Tests on the one PostgreSQL server: one after the other, because some of them crash it.</summary>
[CollectionDefinition(Name)]
public sealed class PostgresCollection : ICollectionFixture<PostgresServer>
{
    public const string Name = "PostgreSQL";
}
