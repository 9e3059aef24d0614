using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Rating.Domain;
using Rating.Engine.Log;
using Rating.Engine.Store;

namespace Rating.Server.Faults;

/// <summary>Kills this process with SIGKILL at a named place, so that tests know what they killed: <c>RATING_KILL_AT=NAME</c>, or <c>NAME:n</c> for the n-th passing (docs/faults.md).</summary>
/// <remarks>It stands around the log and the store, where everything that lasts goes through; the engine knows nothing of it. Without the variable there is nothing around them.</remarks>
internal class KillPoints : DispatchProxy
{
    /// <summary>The variable.</summary>
    public const string Variable = "RATING_KILL_AT";

    /// <summary>Every place: before a call, in the middle of it (it is on its way, nobody waits for it), or after it is done and before anybody knows.</summary>
    public static readonly IReadOnlyDictionary<string, (string Method, Moment Moment)> Places = new (string Name, string Method, bool Middle)[]
    {
        ("append", nameof(IUsageLog.AppendAsync), true),
        ("read", nameof(IUsageLog.ReadAsync), false),
        ("takeover", nameof(IRatingStore.TakeOverAsync), false),
        ("checkpoint", nameof(IRatingStore.CommitAsync), true),
        ("seal", nameof(IRatingStore.CommitAsync), true),
        ("book", nameof(IRatingStore.AppendBookAsync), true),
        ("snapshots", nameof(IRatingStore.SaveSnapshotsAsync), true),
        ("invoices", nameof(IRatingStore.SaveInvoicesAsync), true),
        ("alerts", nameof(IRatingStore.SaveAlertsAsync), true),
        ("handoff", nameof(IRatingStore.HandOffAsync), false),
    }.SelectMany(place => Enum.GetValues<Moment>().Where(moment => place.Middle || moment != Moment.During).Select(moment => (Name: $"{place.Name}.{moment.ToString().ToLowerInvariant()}", place.Method, Moment: moment)))
        .ToDictionary(place => place.Name, place => (place.Method, place.Moment), StringComparer.Ordinal);

    private static string _name = "";
    private static int _left;
    private object _inner = null!;

    /// <summary>When, seen from a call.</summary>
    public enum Moment
    {
        /// <summary>Nothing of it has happened.</summary>
        Before,

        /// <summary>It has begun, and may come to its end or not.</summary>
        During,

        /// <summary>It is done, and nobody knows yet.</summary>
        After,
    }

    /// <summary>Stands around a log or a store when the environment asks for it; else returns it as it is.</summary>
    /// <exception cref="Refused"><c>settings.value</c>: there is no such place.</exception>
    public static T Watch<T>(T inner)
        where T : class
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text) return inner;
        var words = text.Split(':');
        if (!Places.ContainsKey(words[0]) || words.Length > 2 || (words.Length == 2 && !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            throw new Refused("settings.value", $"{Variable} is '{text}'; write NAME or NAME:n, where NAME is one of {string.Join(", ", Places.Keys)}.") { Where = Variable };
        _name = words[0];
        _left = words.Length == 2 ? int.Parse(words[1], CultureInfo.InvariantCulture) : 1;
        var proxy = Create<T, KillPoints>();
        ((KillPoints)(object)proxy)._inner = inner;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var (method, moment) = Places[_name];
        if (targetMethod!.Name != method || !IsMeant(args!)) return Call(targetMethod, args);
        if (moment == Moment.After) return After(Call(targetMethod, args));
        if (Interlocked.Decrement(ref _left) != 0) return Call(targetMethod, args);
        if (moment == Moment.During) Call(targetMethod, args);
        Kill();
        return null;
    }

    // A checkpoint that seals is another place than one that does not; one that stores no records is none.
    private static bool IsMeant(object?[] args) => args[0] is not Checkpoint checkpoint
        || (_name.StartsWith("seal", StringComparison.Ordinal) ? checkpoint.Commands.Contains("\"seal\"", StringComparison.Ordinal) : checkpoint.Commands.Length <= 2 && checkpoint.NextPosition > checkpoint.FirstPosition);

    // The caller waits for what is returned here, so it never comes to know that the call is done.
    private static object? After(object? result) => result switch
    {
        // A read that found nothing has no batch in its hands.
        ValueTask<IReadOnlyList<LogRecord>> read => new ValueTask<IReadOnlyList<LogRecord>>(AfterAsync(read.AsTask(), records => records.Count > 0)),
        Task<IReadOnlyDictionary<int, long>> append => AfterAsync(append, _ => true),
        Task<IReadOnlyList<StoredAlert>> alerts => AfterAsync(alerts, _ => true),
        Task<PartitionPlace> place => AfterAsync(place, _ => true),
        Task task => AfterAsync(task),
        _ => throw new InvalidOperationException($"{_name} stands after a call that is over at once."),
    };

    private static async Task<T> AfterAsync<T>(Task<T> task, Func<T, bool> isMeant)
    {
        var result = await task;
        if (isMeant(result) && Interlocked.Decrement(ref _left) == 0) Kill();
        return result;
    }

    private static async Task AfterAsync(Task task)
    {
        await task;
        if (Interlocked.Decrement(ref _left) == 0) Kill();
    }

    private static void Kill()
    {
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
    }

    private object? Call(MethodInfo method, object?[]? args) => method.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, CultureInfo.InvariantCulture);
}
