namespace Rating.Engine.Views;

/// <summary>Whether a partition moves.</summary>
public enum PartitionState
{
    /// <summary>It is being loaded for the first time.</summary>
    Loading,

    /// <summary>It reads its log and gives verdicts.</summary>
    Running,

    /// <summary>Its log or its store does not answer; it goes on by itself once they do.</summary>
    Waiting,

    /// <summary>Something is wrong that does not pass by itself, such as a range that is missing in the log; a person must act.</summary>
    Stopped,

    /// <summary>Another owner has taken it over; it does not come back to this process.</summary>
    Lost,
}
