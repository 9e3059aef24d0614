namespace Rating.Server.Documents;

/// <summary>A problem as it goes over HTTP (RFC 9457).</summary>
/// <param name="Type">Its kind, as a URN.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The status.</param>
/// <param name="Detail">What is wrong, why, and what to do.</param>
/// <param name="Code">A stable name for programs.</param>
/// <param name="Where">Where in the request; empty when it is not a place.</param>
internal sealed record Problem(string Type, string Title, int Status, string Detail, string Code, string Where);
