namespace Rating.Domain;

/// <summary>Every limit of the product, with its unit in its name. Excess is refused by name, never cut off.</summary>
public static class Limits
{
    /// <summary>The largest usage event that is accepted, in bytes of its payload.</summary>
    public const int PayloadBytesMax = 64 * 1024;

    /// <summary>The largest HTTP request body, in bytes.</summary>
    public const int RequestBytesMax = 8 * 1024 * 1024;

    /// <summary>The largest catalog, in bytes: decks of hundreds of thousands of rates come with it.</summary>
    public const int CatalogBytesMax = 64 * 1024 * 1024;

    /// <summary>The most events in one request or one append to the usage log.</summary>
    public const int BatchRecordsMax = 10_000;

    /// <summary>The most data fields of one event, nested ones counted.</summary>
    public const int DataFieldsMax = 64;

    /// <summary>How deep the data of an event may be nested.</summary>
    public const int DataDepthMax = 8;

    /// <summary>The longest id, source, type, subject or text value, in UTF-8 bytes.</summary>
    public const int TextBytesMax = 1024;

    /// <summary>The largest absolute quantity of one event, in whole units.</summary>
    public const long QuantityMax = 1_000_000_000_000;

    /// <summary>The most decimals of a quantity.</summary>
    public const int QuantityDecimals = 9;

    /// <summary>The largest unit price, in whole currency units.</summary>
    public const long UnitPriceMax = 1_000_000;

    /// <summary>The most decimals of a unit price.</summary>
    public const int UnitPriceDecimals = 12;

    /// <summary>The most decimals to which a call may be rounded.</summary>
    public const int CallDecimalsMax = 12;

    /// <summary>The longest call, in seconds (31 days).</summary>
    public const long CallSecondsMax = 31L * 24 * 3600;

    /// <summary>The most that one call may cost, in whole currency units.</summary>
    public const long CallAmountMax = 1_000_000;

    /// <summary>How far an event's time may lie after its arrival, in hours.</summary>
    public const int FutureToleranceHours = 24;

    /// <summary>How long a duplicate is recognised, in days of log time. The setting may be lower, for tests.</summary>
    public const int DedupeHorizonDays = 35;

    /// <summary>How old usage for a sealed period may be when it arrives, in days since its event time.</summary>
    public const int LateWindowDays = 35;

    /// <summary>The wait for late usage after a period's end, in hours, before it may be sealed.</summary>
    public const int UsageGraceHours = 24;

    /// <summary>The most subscriptions in one batch of a close.</summary>
    public const int CloseBatchSubscriptionsMax = 1_000;

    /// <summary>What is applied is in every running charge after so long at the latest, in milliseconds: what a process knows of another's partition is not used when it is older.</summary>
    public const int HoldingsAgeMillisMax = 250;

    /// <summary>So many batches of one close are finished at once.</summary>
    public const int CloseBatchesAtOnceMax = 4;

    /// <summary>The answer of a close lists at most so many of its snapshots; it counts all.</summary>
    public const int CloseSnapshotsListedMax = 100;

    /// <summary>An invoice of more snapshots than this is stored without their sections, which are read from the snapshots.</summary>
    public const int InvoiceSectionsKeptMax = 1_000;

    /// <summary>A running charge that is watched is told at most so often per second.</summary>
    public const int BalanceUpdatesPerSecondMax = 4;

    /// <summary>A subscription is looked at for alerts at most so often per second.</summary>
    public const int AlertLooksPerSecondMax = 1;

    /// <summary>The most thresholds of one alert.</summary>
    public const int AlertThresholdsMax = 20;

    /// <summary>How often a recurring threshold is reached in one period, at most; then it is silent.</summary>
    public const int AlertStepsMax = 100;
}
