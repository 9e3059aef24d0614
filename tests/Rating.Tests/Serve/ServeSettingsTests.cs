using Microsoft.Extensions.Configuration;
using Rating.Domain;
using Rating.Server.Hosting;

namespace Rating.Tests.Serve;

/// <summary>What a server takes from its file and its environment, and what it says about what is wrong in them.</summary>
public sealed class ServeSettingsTests
{
    private static readonly TenantId Tenant = new("house");

    [Fact]
    public void Without_any_setting_everything_is_in_the_data_folder_and_months_close_by_themselves() => Assert.Equal(ServeSettings.Embedded with { CalendarEvery = TimeSpan.FromMinutes(5) }, Of());

    [Fact]
    public void Months_close_by_hand_where_the_settings_say_so() => Assert.Null(Of(("Rating:CalendarSeconds", "0")).CalendarEvery);

    [Theory]
    [InlineData("Host=db;Databse=rating")]
    [InlineData("Host=db;Port=many")]
    [InlineData("Host=db;SSL Mode=perhaps")]
    public void A_connection_string_that_cannot_be_read_is_refused_before_anything_is_opened(string connection)
    {
        foreach (var name in new[] { "Rating:Postgres:ConnectionString", "Rating:Postgres:OwnerConnectionString" })
        {
            var configuration = Configuration([("Rating:Store", "postgres"), ("Rating:Postgres:ConnectionString", "Host=db")]);
            configuration[name] = connection;
            var refused = Assert.Throws<Refused>(() => ServeSettings.Of(configuration, null, null, Tenant));
            Assert.Equal(("settings.value", name), (refused.Code, refused.Where));
        }
    }

    [Fact]
    public void Kafka_and_PostgreSQL_are_set_by_names_that_the_environment_can_have()
    {
        var settings = Of(
            ("RATING:LOG", "Kafka"), ("RATING:STORE", "postgres"), ("RATING:PARTITIONS", "16"), ("RATING:KAFKA:BOOTSTRAPSERVERS", "k:9092"), ("RATING:KAFKA:PROPERTIES:SASL_USERNAME", "u"),
            ("RATING:KAFKA:PROPERTIES:ssl.ca.location", "/ca"), ("RATING:POSTGRES:CONNECTIONSTRING", "Host=db"), ("RATING:POSTGRES:LOCKTIMEOUTSECONDS", "2"));
        Assert.Equal((LogKind.Kafka, StoreKind.Postgres, 16), (settings.Log, settings.Store, settings.Rating.Partitions));
        Assert.Equal(("rating-usage", 16, Tenant, "kafka:rating-usage"), (settings.Kafka!.Topic, settings.Kafka.Partitions, settings.Kafka.DefaultTenant, settings.Rating.Log));
        Assert.Equal(new Dictionary<string, string> { ["bootstrap.servers"] = "k:9092", ["sasl.username"] = "u", ["ssl.ca.location"] = "/ca" }, settings.Kafka.Properties.ToDictionary());
        Assert.Equal(("Host=db", TimeSpan.FromSeconds(2), "rating_app"), (settings.Postgres!.ConnectionString, settings.Postgres.LockTimeout, settings.Postgres.Role));
    }

    [Fact]
    public void The_command_line_wins_over_the_file() => Assert.Equal(LogKind.Sqlite, ServeSettings.Of(Configuration([("Rating:Log", "kafka")]), "sqlite", null, Tenant).Log);

    [Theory]
    [InlineData("settings.value", "Rating:Log (in the environment RATING__LOG) is 'redis'; write sqlite or kafka", "Rating:Log", "redis")]
    [InlineData("settings.missing", "RATING__KAFKA__BOOTSTRAPSERVERS", "Rating:Log", "kafka")]
    [InlineData("settings.missing", "RATING__POSTGRES__CONNECTIONSTRING", "Rating:Store", "postgres")]
    [InlineData("settings.value", "a whole number from 1 to 1000", "Rating:Partitions", "0")]
    [InlineData("settings.value", "a whole number from 1 to 1000", "Rating:Partitions", "four")]
    [InlineData("settings.value", "true or false", "Rating:Kafka:ChecksTopic", "maybe")]
    [InlineData("settings.unknown", "There is no setting Rating:Kafka:Topik", "Rating:Kafka:Topik", "x")]
    [InlineData("settings.value", "0 (never) or at least 60", "Rating:CalendarSeconds", "59")]
    [InlineData("settings.value", "has no IPv4 address", "Rating:Cluster:Address", "no such host.invalid")]
    [InlineData("settings.unknown", "There is no setting Rating:Sotre", "Rating:Sotre", "postgres")]
    [InlineData("settings.unknown", "There is no setting Rating:Postgres:Password", "Rating:Postgres:Password", "x")]
    public void What_is_wrong_is_said_with_where_it_is_and_what_to_write(string code, string said, string name, string value)
    {
        var refused = Assert.Throws<Refused>(() => Of((name, value)));
        Assert.Equal(code, refused.Code);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "http://0.0.0.0:8080", "url.loopback")]
    [InlineData("", "http://rating:8080", "url.loopback")]
    [InlineData("rating", "http://rating:8080", "url.loopback")] // a name is not an address to listen on
    [InlineData("rating", "http://0.0.0.0:8080", null)]
    [InlineData("", "http://127.0.0.1:8080", null)]
    public void Other_machines_reach_it_only_where_the_settings_name_its_hosts(string hosts, string url, string? refused)
    {
        var reach = Of(("Rating:Hosts", hosts)).Reach;
        Assert.Equal(refused, Record.Exception(() => reach.Parse(url)) is Refused no ? no.Code : null);
    }

    private static ServeSettings Of(params (string Name, string Value)[] settings) => ServeSettings.Of(Configuration(settings), null, null, Tenant);

    private static IConfigurationRoot Configuration((string Name, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Name, (string?)pair.Value))).Build();
}
