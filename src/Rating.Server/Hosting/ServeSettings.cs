using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using NodaTime;
using Rating.Domain;
using Rating.Engine;
using Rating.Kafka;
using Rating.Postgres;

namespace Rating.Server.Hosting;

/// <summary>What a server is made of, as its file, its environment and its command line say (docs/serve.md).</summary>
internal sealed record ServeSettings
{
    /// <summary>The file that is read when none is named.</summary>
    public const string File = "appsettings.json";

    // The engine takes randomness as an argument, as it takes time.
    private static readonly RatingSettings Defaults = new() { IdSecret = BinaryPrimitives.ReadUInt128LittleEndian(RandomNumberGenerator.GetBytes(16)) };

    /// <summary>The value of a setting that switches something off.</summary>
    private const string None = "none";

    /// <summary>Everything in the data folder: what a command uses on a folder that no server holds.</summary>
    public static readonly ServeSettings Embedded = new();

    /// <summary>Where the usage log is.</summary>
    public LogKind Log { get; init; } = LogKind.Sqlite;

    /// <summary>Where everything else is.</summary>
    public StoreKind Store { get; init; } = StoreKind.Sqlite;

    /// <summary>Where to answer; null when the settings do not say.</summary>
    public string? Url { get; init; }

    /// <summary>From where it may be reached.</summary>
    public Reach Reach { get; init; } = Reach.ThisMachine;

    /// <summary>What the engine is told.</summary>
    public RatingSettings Rating { get; init; } = Defaults;

    /// <summary>How often closes that are due are looked for; null: never. A command on a folder never does.</summary>
    public TimeSpan? CalendarEvery { get; init; }

    /// <summary>The topic; null without Kafka.</summary>
    public KafkaLogSettings? Kafka { get; init; }

    /// <summary>The topics of what leaves; null without Kafka.</summary>
    public KafkaOutletSettings? Outlet { get; init; }

    /// <summary>The topic that closes are ordered by; null where there is none.</summary>
    public KafkaLogSettings? Triggers { get; init; }

    /// <summary>The database; null without PostgreSQL.</summary>
    public PostgresSettings? Postgres { get; init; }

    /// <summary>Where it tells about its work.</summary>
    public TelemetrySettings Telemetry { get; init; } = new();

    /// <summary>The cluster to be one of; null: alone.</summary>
    public ClusterPlace? Cluster { get; init; }

    /// <summary>In a word per place, for people and for the mark in the data folder.</summary>
    public string Places => $"log={Log.ToString().ToLowerInvariant()} store={Store.ToString().ToLowerInvariant()}";

    /// <summary>Reads them: the file, over it the environment, over it the command line.</summary>
    /// <param name="file">The file that was named; null: <see cref="File"/> in the working folder, when it is there.</param>
    /// <param name="log">What the command line says about the log; null when nothing.</param>
    /// <param name="store">What the command line says about the store; null when nothing.</param>
    /// <param name="tenant">Whose records without a tenant header are.</param>
    /// <param name="cluster">Whether the command line says to be one of a cluster.</param>
    /// <exception cref="Refused"><c>settings.*</c>: what is wrong, where, and what to write.</exception>
    public static ServeSettings Read(string? file, string? log, string? store, TenantId tenant, bool cluster = false)
    {
        if (file is not null && !System.IO.File.Exists(file)) throw new Refused("settings.file", $"{file}: there is no such file of settings.") { Where = file };
        try
        {
            return Of(new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(file ?? File), optional: file is null, reloadOnChange: false).AddEnvironmentVariables().Build(), log, store, tenant, cluster);
        }
        catch (InvalidDataException wrong)
        {
            throw new Refused("settings.file", $"{file ?? File} cannot be read: {wrong.InnerException?.Message ?? wrong.Message}") { Where = file ?? File };
        }
    }

    /// <summary>Reads them from what was put together.</summary>
    /// <exception cref="Refused"><c>settings.*</c>: what is wrong, where, and what to write.</exception>
    public static ServeSettings Of(IConfiguration configuration, string? log, string? store, TenantId tenant, bool cluster = false)
    {
        var all = new SettingsSection(configuration.GetSection("Rating"));
        var logKind = log is null ? all.Choice("Log", LogKind.Sqlite) : SettingsSection.Choice<LogKind>("--log", log);
        var storeKind = store is null ? all.Choice("Store", StoreKind.Sqlite) : SettingsSection.Choice<StoreKind>("--store", store);
        var rating = Defaults with { Partitions = all.Number("Partitions", Defaults.Partitions, 1, 1_000) };
        var (kafka, outlet, triggers) = KafkaOf(all.Section("Kafka"), logKind, rating, tenant);
        var postgres = PostgresOf(all.Section("Postgres"), storeKind);
        var telemetry = TelemetryOf(all.Section("Telemetry"));
        var calendar = all.Number("CalendarSeconds", 300, 0, 86_400);
        if (calendar is > 0 and < 60) throw new Refused("settings.value", "Rating:CalendarSeconds must be 0 (never) or at least 60.") { Where = "Rating:CalendarSeconds" };
        var place = ClusterOf(all.Section("Cluster"), cluster, kafka, postgres);
        var url = all.Text("Url");
        var hosts = all.Text("Hosts")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        _ = (all.Text("Log"), all.Text("Store"));
        all.NothingElse();
        // The positions in the store are positions of one log: another log under them is another installation.
        if (kafka is not null) rating = rating with { Log = $"kafka:{kafka.Topic}" };
        return new ServeSettings { Log = logKind, Store = storeKind, Url = url, Reach = hosts.Length == 0 ? Reach.ThisMachine : new Reach(hosts), Rating = rating, CalendarEvery = calendar == 0 ? null : TimeSpan.FromSeconds(calendar), Kafka = kafka, Outlet = outlet, Triggers = triggers, Postgres = postgres, Cluster = place, Telemetry = telemetry };
    }

    private static ClusterPlace? ClusterOf(SettingsSection section, bool wanted, KafkaLogSettings? kafka, PostgresSettings? postgres)
    {
        wanted |= section.Flag("Enabled", false);
        var name = section.Text("Name") ?? "rating";
        var address = section.Text("Address") is { } text ? AddressOf(text) : IPAddress.Loopback;
        var port = section.Number("Port", 11_111, 1, 65_535);
        section.NothingElse();
        if (!wanted) return null;
        if (kafka is null || postgres is null) throw new Refused("cluster.places", "A cluster needs a log and a store that all its processes reach: write --log kafka --store postgres.");
        var database = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = postgres.ConnectionString };
        database["Search Path"] = "rating";
        database["Application Name"] = "rating cluster";
        // Membership that waits is membership that is lost: small statements, few connections, and none waits for long.
        database["Maximum Pool Size"] = 10;
        database["Command Timeout"] = 10;
        database["Options"] = $"{(database.TryGetValue("Options", out var options) ? options : "")} -c lock_timeout=5000 -c statement_timeout=10000{(postgres.Role is { } role ? $" -c role={role}" : "")}".Trim();
        return new ClusterPlace(name, address, port, database.ConnectionString);
    }

    private static IPAddress AddressOf(string text)
    {
        try
        {
            if (Dns.GetHostAddresses(text, AddressFamily.InterNetwork) is [var first, ..]) return first;
        }
        catch (SocketException)
        {
            // The name is not known: said below.
        }

        throw new Refused("settings.value", $"Rating:Cluster:Address is '{text}', which has no IPv4 address; write the name or address under which the other silos reach this one.") { Where = "Rating:Cluster:Address" };
    }

    private static (KafkaLogSettings?, KafkaOutletSettings?, KafkaLogSettings?) KafkaOf(SettingsSection section, LogKind log, RatingSettings rating, TenantId tenant)
    {
        // librdkafka's names have dots, which a shell does not take in the name of a variable: an underscore stands for one.
        var properties = section.Pairs("Properties").ToDictionary(pair => pair.Name.Replace('_', '.').ToLowerInvariant(), pair => pair.Value, StringComparer.Ordinal);
        if (section.Text("BootstrapServers") is { } servers) properties["bootstrap.servers"] = servers;
        var defaults = new KafkaLogSettings { Properties = properties, Topic = "rating-usage", Partitions = rating.Partitions };
        var settings = defaults with
        {
            Topic = section.Text("Topic") ?? defaults.Topic, Group = section.Text("Group") ?? defaults.Group, DefaultTenant = tenant,
            ReplayHorizon = Duration.FromDays(rating.DedupeHorizonDays),
            Retention = Duration.FromDays(section.Number("RetentionDays", (int)defaults.Retention.Days, 1, 36_500)),
            ReplicationFactor = (short)section.Number("ReplicationFactor", defaults.ReplicationFactor, -1, short.MaxValue),
            ChecksTopic = section.Flag("ChecksTopic", defaults.ChecksTopic),
            AppendTimeout = Duration.FromTimeSpan(section.Seconds("AppendTimeoutSeconds", defaults.AppendTimeout.ToTimeSpan())),
            ReadTimeout = Duration.FromTimeSpan(section.Seconds("ReadTimeoutSeconds", defaults.ReadTimeout.ToTimeSpan())),
            FetchAheadKiBMax = section.Number("FetchAheadKiBMax", defaults.FetchAheadKiBMax, 1, 2_097_151),
        };
        var outlet = new KafkaOutletSettings
        {
            InvoicesTopic = TopicOf("InvoicesTopic", "invoices"), AlertsTopic = TopicOf("AlertsTopic", "alerts"), RejectedTopic = TopicOf("RejectedTopic", "rejected"),
            Partitions = section.Number("OutletPartitions", 1, 1, 1_000), Retention = settings.Retention,
        };
        // Orders are carried out one after the other: one partition, read as the usage log is.
        var triggers = section.Text("TriggersTopic") is { } orders && orders != None ? settings with { Topic = orders, Partitions = 1, ReplayHorizon = Duration.Zero } : null;
        section.NothingElse();
        if (log != LogKind.Kafka) return (null, null, null);
        if (!properties.ContainsKey("bootstrap.servers")) section.Required("BootstrapServers", "name the brokers, such as kafka-1:9092,kafka-2:9092.");
        if (triggers is not null && outlet.RejectedTopic.Length == 0) throw section.Wrong("TriggersTopic", triggers.Topic, "none, or name a RejectedTopic too: triggers that cannot be carried out go there");
        if (triggers?.Topic == settings.Topic) throw section.Wrong("TriggersTopic", triggers.Topic, "another topic than that of the usage log");
        return (settings, outlet, triggers);

        // Where no topic may be created, only those are used that somebody named.
        string TopicOf(string name, string what) => section.Text(name) switch
        {
            None => "",
            { } topic => topic,
            null => settings.ChecksTopic ? $"{settings.Topic}.{what}" : "",
        };
    }

    private static TelemetrySettings TelemetryOf(SettingsSection section)
    {
        var defaults = new TelemetrySettings();
        var endpoint = section.Text("Endpoint");
        var settings = new TelemetrySettings
        {
            Endpoint = endpoint is null ? null : Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri
                : throw section.Wrong("Endpoint", endpoint, "the address of an OTLP receiver, such as http://collector:4318"),
            Protocol = section.Choice("Protocol", defaults.Protocol), TracesPercent = section.Number("TracesPercent", defaults.TracesPercent, 0, 100),
            MetricsEvery = section.Seconds("MetricsEverySeconds", defaults.MetricsEvery), Logs = section.Choice("Logs", defaults.Logs),
        };
        section.NothingElse();
        return settings;
    }

    private static PostgresSettings? PostgresOf(SettingsSection section, StoreKind store)
    {
        var connection = section.Text("ConnectionString");
        var defaults = new PostgresSettings { ConnectionString = connection ?? "" };
        var settings = defaults with
        {
            OwnerConnectionString = section.Text("OwnerConnectionString"),
            Role = section.Text("Role") is { } role ? (role == None ? null : role) : defaults.Role,
            WriteConnectionsMax = section.Number("WriteConnectionsMax", defaults.WriteConnectionsMax, 1, 1_000),
            ReadConnectionsMax = section.Number("ReadConnectionsMax", defaults.ReadConnectionsMax, 1, 1_000),
            ConnectTimeout = section.Seconds("ConnectTimeoutSeconds", defaults.ConnectTimeout),
            WriteTimeout = section.Seconds("WriteTimeoutSeconds", defaults.WriteTimeout),
            LockTimeout = section.Seconds("LockTimeoutSeconds", defaults.LockTimeout),
            ReadTimeout = section.Seconds("ReadTimeoutSeconds", defaults.ReadTimeout),
        };
        section.NothingElse();
        if (store != StoreKind.Postgres) return null;
        if (connection is null) section.Required("ConnectionString", "name the database and the login, such as Host=db;Database=rating;Username=rating_server; docs/postgres.md says what the login may. Keep the password in the environment or a secret store.");
        settings.Check("Rating:Postgres:");
        return settings;
    }
}
