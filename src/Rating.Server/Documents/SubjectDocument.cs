using NodaTime.Text;
using Rating.Engine.Books;

namespace Rating.Server.Documents;

/// <summary>A number or device with all its assignments, in the order in which they were recorded; of those that cover a moment the last counts.</summary>
/// <param name="Subject">The number or device.</param>
/// <param name="Assignments">To whom it was assigned.</param>
internal sealed record SubjectDocument(string Subject, IReadOnlyList<AssignmentDocument> Assignments)
{
    /// <summary>The document of a subject.</summary>
    public static SubjectDocument Of(string subject, IEnumerable<SubjectAssignment> assignments) => new(subject, [.. assignments.Select(one => new AssignmentDocument(
        subject, one.Subscription?.Subscription.Id.Value, InstantPattern.ExtendedIso.Format(one.From), one.To is { } to ? InstantPattern.ExtendedIso.Format(to) : null))]);
}
