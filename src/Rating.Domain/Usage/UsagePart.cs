using System.Numerics;

namespace Rating.Domain.Usage;

/// <summary>The total of one combination of dimensions, as a charge finds it.</summary>
/// <param name="Dimensions">The dimensions, as <see cref="Meter.DimensionsOf"/> writes them.</param>
/// <param name="Total">The total.</param>
/// <param name="LevelTicks">Of a time-weighted meter: the sum of level (10^-9) times duration (100 ns).</param>
public readonly record struct UsagePart(string Dimensions, MeterTotal Total, BigInteger LevelTicks);
