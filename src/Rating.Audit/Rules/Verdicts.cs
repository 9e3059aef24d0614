namespace Rating.Audit.Rules;

/// <summary>Texts of an event that stand for a reason.</summary>
internal static class Verdicts
{
    public static AuditReason ReasonOf(string notBillable) => notBillable switch
    {
        "unanswered" => AuditReason.Unanswered,
        "internal" => AuditReason.Internal,
        "otherleg" => AuditReason.OtherLeg,
        _ => throw new FormatException($"'{notBillable}' is not a reason."),
    };
}
