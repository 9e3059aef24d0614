namespace Rating.TestKit;

/// <summary>A process of the program did not do what a test asks of it; the message has all that it said.</summary>
public sealed class ProcessFailure(string message, Exception? inner = null) : Exception(message, inner);
