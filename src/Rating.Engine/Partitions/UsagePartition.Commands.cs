using Rating.Domain;
using Rating.Domain.Usage;
using Rating.Engine.Books;
using Rating.Engine.Store;

namespace Rating.Engine.Partitions;

/// <content>Commands and book changes: what happens between two checkpoints, and may rate records anew.</content>
internal sealed partial class UsagePartition
{
    private async Task CarryOutAsync(PartitionCommand command, CancellationToken cancellation)
    {
        if (command is SealCommand again && _sealedBatches.Contains(again.Batch))
        {
            // A close that goes on after a crash: this step is done.
            Answer(command, (again.Closes.Count, 0));
            return;
        }

        (long Tried, long Changed) outcome;
        var seals = new List<SealBlock>();
        switch (command)
        {
            case SealCommand seal:
                Invariant.Holds(_book.Sequence >= seal.BookSequence, $"partition {Id}: the book is at {_book.Sequence}, a close began at {seal.BookSequence}");
                await TakeUpBookAsync(cancellation);
                outcome = Seal(seal, seals);
                break;
            case RetryCommand retry:
                outcome = await RetryAsync(retry, cancellation);
                break;
            case VoidCommand voided:
                outcome = await VoidAsync(voided, cancellation);
                break;
            case RepeatCommand repeats:
                outcome = await RepeatAsync(repeats, seals, cancellation);
                break;
            default:
                throw new InvariantBrokenException($"command {command} has no rule");
        }

        await CommitAsync($"[{command.Journal}]", seals);
        Answer(command, outcome);
    }

    private void Answer(PartitionCommand command, (long Tried, long Changed) outcome)
    {
        lock (_mailbox) _current = null;
        command.Done.TrySetResult(outcome);
    }

    private (long, long) Seal(SealCommand command, List<SealBlock> seals)
    {
        var sealedUsage = new Dictionary<int, SortedDictionary<int, PeriodUsage>>();
        lock (_gate)
            foreach (var (index, period) in command.Closes)
            {
                Invariant.Holds(SealedThrough(index) < period, $"partition {Id}: period {period} of subscription {index} is sealed already");
                SealThrough(index, period, _book.SubscriptionCount);
                ref var accumulator = ref Touch(index);
                var periods = new SortedDictionary<int, PeriodUsage>();
                foreach (var ((billing, usage), totals) in accumulator.ByPeriod(_keys))
                {
                    if (billing > period) continue;
                    if (!periods.TryGetValue(usage, out var one)) periods[usage] = one = new PeriodUsage();
                    one.Add(totals);
                }

                // Without any, too, where it has had usage: an id of it may have come again in another partition.
                if (accumulator.LatestTicks != long.MinValue) sealedUsage[index] = periods;
                RemoveThrough(index, period);
            }

        _sealedBatches.Add(command.Batch);
        seals.Add(new SealBlock(command.Batch, Id, SealedUsage.Write(sealedUsage)));
        return (command.Closes.Count, command.Closes.Count);
    }

    private async Task<(long, long)> RetryAsync(RetryCommand command, CancellationToken cancellation)
    {
        var (open, begun) = (await OpenSuspenseAsync(cancellation), _checkpoint + 1);
        var waiting = open.Where(one => one.Entry.Record.Tenant == command.Tenant && one.Entry.Reason != VerdictReason.IdConflict).Select(one => one.Entry).ToList();
        var resolved = new HashSet<long>();
        await WithBookAsync(
            () =>
            {
                foreach (var entry in waiting)
                {
                    var isClaimed = IsOtherLeg(entry.Record, DayOf(entry.Record.IngestTime), out var billed);
                    if (isClaimed && billed != entry.Position)
                        Enter(entry with { Verdict = Verdict.NotBillable, Reason = VerdictReason.OtherLeg, RepeatOf = billed, Detail = "another leg of its call is billed", IsLater = true }, entry);
                    else
                    {
                        _rater.Rate(_book, entry.Record, SealedThrough);
                        if (_rater.Verdict == Verdict.Suspended && _rater.Reason == entry.Reason) continue;
                        Enter(Rated(entry.Position, entry.Record, isLater: true, isLeg: entry.Record.CallKeyUtf8.Length > 0 && !isClaimed), entry);
                        if (_rater.Verdict == Verdict.Suspended) continue;
                    }

                    resolved.Add(entry.Position);
                }

                SuspenseBegins(open, resolved, begun);
            },
            cancellation);
        return (waiting.Count, resolved.Count);
    }

    private async Task<(long, long)> VoidAsync(VoidCommand command, CancellationToken cancellation)
    {
        var (open, begun) = (await OpenSuspenseAsync(cancellation), _checkpoint + 1);
        var resolved = open.Where(one => command.Positions.Contains(one.Entry.Position)).Select(one => one.Entry).ToList();
        lock (_gate)
        {
            foreach (var entry in resolved)
                Enter(entry with { Verdict = Verdict.NotBillable, Reason = VerdictReason.Voided, Detail = "", IsLater = true }, entry);
            SuspenseBegins(open, resolved.Select(entry => entry.Position).ToHashSet(), begun);
        }

        return (command.Positions.Count, resolved.Count);
    }

    // Whatever came into suspense since is in the checkpoint that was begun then, or later: retention keeps the ledger from the first of all these.
    private void SuspenseBegins(IEnumerable<(long Checkpoint, LedgerEntry Entry)> open, HashSet<long> resolved, long begun) =>
        _suspense.BeginAt(open.Where(one => !resolved.Contains(one.Entry.Position)).Select(one => one.Checkpoint).Append(begun).Min());

    private async Task<(long, long)> RepeatAsync(RepeatCommand command, List<SealBlock> seals, CancellationToken cancellation)
    {
        var block = (await _store.ReadSealsAsync(command.Batch, cancellation)).Single(seal => seal.Partition == Id);
        var sealedUsage = SealedUsage.Read(block.Bytes);
        var periods = command.Closes.Values.ToHashSet();
        var entries = await EntriesAsync(command.Closes.Keys, index => sealedUsage.TryGetValue(index, out var used) && used.Count > 0 ? used.Keys.First() : null, entry => periods.Contains(entry.BillingPeriod), cancellation);
        var changed = 0;
        await WithBookAsync(
            () =>
            {
                foreach (var (index, period) in command.Closes)
                {
                    var id = _book.Entry(index).Subscription.Id.Value;
                    var tenant = _book.Entry(index).Tenant.Id;
                    var sealedAnew = new SortedDictionary<int, PeriodUsage>();
                    foreach (var entry in entries.Where(entry => entry.Counts && entry.BillingPeriod == period && entry.Record.Tenant == tenant && string.Equals(entry.Subscription, id, StringComparison.Ordinal)))
                    {
                        if (command.Repeats.TryGetValue(entry.Position, out var repeated))
                        {
                            Enter(
                                entry with
                                {
                                    Verdict = repeated.SameContent ? Verdict.Duplicate : Verdict.Suspended, Reason = repeated.SameContent ? VerdictReason.None : VerdictReason.IdConflict, RepeatOf = repeated.Of, IsLater = true,
                                    Detail = repeated.SameContent ? "the same record counts in another partition" : "the same source and id counts in another partition with other content",
                                    UsagePeriod = 0, BillingPeriod = 0, Revision = 0, Calls = [],
                                },
                                entry);
                            changed++;
                            continue;
                        }

                        _rater.Rate(_book, entry.Record, _ => int.MinValue);
                        if (!sealedAnew.TryGetValue(entry.UsagePeriod, out var usage)) sealedAnew[entry.UsagePeriod] = usage = new PeriodUsage();
                        foreach (var addition in _rater.Meters)
                        {
                            var total = default(MeterTotal);
                            total.Add(addition.Meter.Aggregation, addition.Value, entry.Record, addition.UniqueText, addition.Scaled);
                            usage.Add(new MeterKey(entry.Revision, addition.Meter.Key, addition.Meter.Aggregation, addition.Dimensions), addition.Meter.Aggregation, total);
                        }

                        foreach (var call in _rater.Calls)
                        {
                            var total = default(CallTotal);
                            total.Add(call.Seconds, call.Call.BilledSeconds, call.Call.Amount, call.Cost);
                            usage.Add(new CallKey(entry.Revision, call.Charge, call.Call.Destination), total);
                        }
                    }

                    sealedUsage[index] = sealedAnew;
                }
            },
            cancellation);
        if (changed > 0) seals.Add(new SealBlock(command.Batch, Id, SealedUsage.Write(sealedUsage)));
        return (command.Repeats.Count, changed);
    }

    // Goes up to the end of the book. Usage that a change may concern is resolved and rated anew, from the ledger.
    private async Task TakeUpBookAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var target = _book.Sequence;
            if (target == _bookSequence) return;
            List<int> concerned;
            _book.EnterRead();
            try
            {
                concerned = [.. _book.EffectsAfter(_bookSequence).SelectMany(effect => effect.Subscriptions).Distinct().Where(_accumulators.HasAny)];
            }
            finally
            {
                _book.ExitRead();
            }

            var entries = concerned.Count == 0 ? [] : await EntriesAsync(concerned, FirstUsedIn, IsUnsealed, cancellation);
            _book.EnterRead();
            try
            {
                if (_book.Sequence != target) continue;
                lock (_gate)
                {
                    RateAnew(concerned, entries);
                    _bookSequence = target;
                }

                return;
            }
            finally
            {
                _book.ExitRead();
            }
        }
    }

    private bool IsUnsealed(LedgerEntry entry) => _book.Read(book => book.Tenant(entry.Record.Tenant)!.Subscriptions[entry.Subscription].Index) is var index && entry.BillingPeriod > SealedThrough(index);

    private void RateAnew(List<int> concerned, IReadOnlyList<LedgerEntry> entries)
    {
        if (concerned.Count == 0) return;
        var open = concerned.ToDictionary(index => (_book.Entry(index).Tenant.Id, _book.Entry(index).Subscription.Id.Value), SealedThrough);
        foreach (var index in concerned) RemoveThrough(index, int.MaxValue);
        foreach (var before in entries)
        {
            if (!before.Counts || !open.TryGetValue((before.Record.Tenant, before.Subscription), out var sealedThrough) || before.BillingPeriod <= sealedThrough) continue;
            _rater.Rate(_book, before.Record, SealedThrough);
            var after = Rated(before.Position, before.Record, isLater: true, isLeg: false);
            if (!Same(before, after)) Enter(after, before);
        }
    }

    private static bool Same(LedgerEntry a, LedgerEntry b) => a.Verdict == b.Verdict && a.Reason == b.Reason && a.UsagePeriod == b.UsagePeriod && a.BillingPeriod == b.BillingPeriod && a.Revision == b.Revision
        && string.Equals(a.Subscription, b.Subscription, StringComparison.Ordinal) && a.Calls.SequenceEqual(b.Calls);

    // Does something while the book stands at the sequence up to which this partition works.
    private async Task WithBookAsync(Action what, CancellationToken cancellation)
    {
        while (true)
        {
            await TakeUpBookAsync(cancellation);
            // What a change did is stored before another one is looked at: it is read from the ledger.
            await CommitAsync("[]");
            _book.EnterRead();
            try
            {
                if (_book.Sequence != _bookSequence) continue;
                lock (_gate) what();
                return;
            }
            finally
            {
                _book.ExitRead();
            }
        }
    }

    private Task<IReadOnlyList<(long Checkpoint, LedgerEntry Entry)>> OpenSuspenseAsync(CancellationToken cancellation) =>
        StoredLedger.SuspenseAsync(_store, _book, Id, _suspense.Count == 0 ? long.MaxValue : _suspense.FirstCheckpoint, cancellation);

    // Read by the writer itself, which is the only one that changes it.
    private int? FirstUsedIn(int index) => _accumulators[index]!.FirstUsedIn(_keys);

    // The last entry of every record that counts for some subscriptions: it was used in the period that is named for its subscription, or later.
    private async Task<IReadOnlyList<LedgerEntry>> EntriesAsync(IEnumerable<int> subscriptions, Func<int, int?> since, Func<LedgerEntry, bool> also, CancellationToken cancellation)
    {
        var indexes = subscriptions.Where(index => since(index) is not null).ToList();
        if (indexes.Count == 0) return [];
        var sinceDay = _book.Read(book => indexes.Min(index => StoredLedger.FirstDayOf(book.Entry(index).Subscription.Schedule, since(index)!.Value, _settings)));
        var hashes = indexes.Select(index => _book.Read(book => LedgerBlocks.DirectoryHash(book.Entry(index).Tenant.Id, book.Entry(index).Subscription.Id.Value))).ToHashSet();
        var wanted = indexes.Select(index => _book.Read(book => (book.Entry(index).Tenant.Id, book.Entry(index).Subscription.Id.Value))).ToHashSet();
        return await StoredLedger.LastEntriesAsync(_store, _book, Id, sinceDay, hashes, entry => entry.Counts && wanted.Contains((entry.Record.Tenant, entry.Subscription)) && also(entry), cancellation);
    }
}
