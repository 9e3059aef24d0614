namespace Rating.Server.Cdr;

/// <summary>Why a usable row does not bill, in the order in which the reasons are tried.</summary>
public enum CdrNotBillable
{
    /// <summary>It bills, unless the engine finds an earlier answered row of the same call.</summary>
    None,

    /// <summary>The attempt was not answered.</summary>
    Unanswered,

    /// <summary>The call never left the phone system.</summary>
    Internal,

    /// <summary>The map says that this row is another leg of a call that bills elsewhere.</summary>
    OtherLeg,
}
