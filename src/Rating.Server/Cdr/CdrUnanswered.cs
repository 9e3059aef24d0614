namespace Rating.Server.Cdr;

/// <summary>What makes a row an unanswered attempt. The disposition or hangup cause never does: real systems write ANSWERED with 0 seconds, and NO ANSWER with 25.</summary>
public enum CdrUnanswered
{
    /// <summary>Billable seconds are 0 (map word <c>zero-seconds</c>).</summary>
    ZeroSeconds,

    /// <summary>Billable seconds are 0, or there is no answer time (map word <c>zero-seconds-or-no-answer-time</c>).</summary>
    ZeroSecondsOrNoAnswerTime,
}
