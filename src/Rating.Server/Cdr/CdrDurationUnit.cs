namespace Rating.Server.Cdr;

/// <summary>What a number in the billable column counts.</summary>
public enum CdrDurationUnit
{
    /// <summary>Seconds, whole or with a decimal point (map word <c>s</c>).</summary>
    Seconds,

    /// <summary>Milliseconds (map word <c>ms</c>).</summary>
    Milliseconds,

    /// <summary>Numbers with units such as <c>10s</c>, <c>5m</c>, <c>1h2m3s</c>; a bare number is seconds (map word <c>text</c>).</summary>
    Text,
}
