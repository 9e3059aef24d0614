namespace Rating.Server.Hosting;

/// <summary>How log lines look.</summary>
internal enum LogFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>One JSON object per line, with the values of the message by name.</summary>
    Json,
}
