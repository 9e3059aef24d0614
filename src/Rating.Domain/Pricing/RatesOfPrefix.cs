using NodaTime;

namespace Rating.Domain.Pricing;

/// <summary>The rates of one prefix: in groups by calling prefix, longest first, each with its bands and days.</summary>
internal sealed class RatesOfPrefix
{
    /// <summary>No rates.</summary>
    public static RatesOfPrefix None { get; } = new();

    /// <summary>The groups.</summary>
    public Group[] Groups { get; private set; } = [];

    /// <summary>Takes a rate in.</summary>
    /// <param name="rate">The rate.</param>
    /// <param name="band">Its band; -1 for all.</param>
    /// <returns>A rate that it contradicts; null when there is none.</returns>
    public Rate? Add(Rate rate, int band)
    {
        var group = Array.Find(Groups, one => string.Equals(one.CallingPrefix, rate.CallingPrefix, StringComparison.Ordinal));
        if (group is null) Groups = Groups.Length == 0 ? [group = new Group(rate.CallingPrefix)] : [.. Groups.Append(group = new Group(rate.CallingPrefix)).OrderByDescending(one => one.CallingPrefix.Length)];
        return group.Add(new Dated(rate, band));
    }

    /// <summary>The group of the longest calling prefix that fits and has a rate.</summary>
    public Group? Find(ReadOnlySpan<byte> calling, NumberKind kind, int day, int band)
    {
        foreach (var group in Groups)
            if (group.Fits(calling, kind) && group.For(day, band) is not null) return group;
        return null;
    }

    /// <summary>A rate with its days as numbers.</summary>
    internal readonly record struct Dated(Rate Rate, int Band)
    {
        public int FromDay { get; } = Rate.From is { } from ? Days(from) : int.MinValue;

        public int ToDay { get; } = Rate.To is { } to ? Days(to) : int.MaxValue;

        private static int Days(LocalDate date) => Period.DaysBetween(new LocalDate(1970, 1, 1), date);
    }

    /// <summary>The rates of one prefix and calling prefix.</summary>
    internal sealed class Group(string callingPrefix)
    {
        public string CallingPrefix => callingPrefix;

        public Dated[] Rates { get; private set; } = [];

        public Rate? Add(Dated rate)
        {
            foreach (var other in Rates)
                if (other.Band == rate.Band && other.FromDay < rate.ToDay && rate.FromDay < other.ToDay) return other.Rate;
            Rates = Rates.Length == 0 ? [rate] : [.. Rates, rate];
            return null;
        }

        public bool Fits(ReadOnlySpan<byte> calling, NumberKind kind)
        {
            if (callingPrefix.Length == 0) return true;
            var isLocal = callingPrefix[0] == '=';
            if (isLocal != (kind != NumberKind.International)) return false;
            var prefix = callingPrefix.AsSpan(isLocal ? 1 : 0);
            if (isLocal ? calling.Length != prefix.Length : calling.Length < prefix.Length) return false;
            for (var i = 0; i < prefix.Length; i++)
                if (calling[i] != prefix[i]) return false;
            return true;
        }

        /// <summary>The rate of a day and band: the band's own, else the one for all.</summary>
        public Rate? For(int day, int band)
        {
            Rate? forAll = null;
            foreach (ref readonly var dated in Rates.AsSpan())
            {
                if (day < dated.FromDay || day >= dated.ToDay) continue;
                if (dated.Band == band) return dated.Rate;
                if (dated.Band < 0) forAll = dated.Rate;
            }

            return forAll;
        }
    }
}
