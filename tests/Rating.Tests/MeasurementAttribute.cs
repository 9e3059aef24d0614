namespace Rating.Tests;

/// <summary>Prints figures for the documentation instead of proving something; runs when <c>RATING_MEASURE=1</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MeasurementAttribute : FactAttribute
{
    public MeasurementAttribute()
    {
        if (Environment.GetEnvironmentVariable("RATING_MEASURE") != "1") Skip = "A measurement, no test: RATING_MEASURE=1 runs it.";
    }
}
