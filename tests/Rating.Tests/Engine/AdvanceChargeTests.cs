using System.Globalization;
using System.Text.Json;
using Rating.Engine.Quotes;

namespace Rating.Tests.Engine;

/// <summary>Charges in advance and changes of terms after they were billed; the totals are worked by hand.</summary>
public sealed class AdvanceChargeTests
{
    [Fact]
    public void An_annual_advance_is_given_back_when_the_plan_is_left_before_its_trial_is_over()
    {
        // Billed at the start for 2026-02-01 to 2027-01-01: 334 of 365 days at 365.00. From January 20th on there is no such charge in any terms of the year: all of it comes back. q: 12 of 31 days.
        var invoices = Invoices("""
            {"catalog":{"currency":"EUR","meters":[],"plans":[
               {"key":"p","trial":{"months":1},"charges":[{"key":"licence","model":"recurring","timing":"advance","price":"365.00","interval":"year"}]},
               {"key":"q","charges":[{"key":"line","model":"recurring","price":"31.00"}]}]},
             "start":"2026-01-01","activation":true,"period":"2026-02-01","changes":[{"from":"2026-01-01","plan":"p"},{"from":"2026-01-20","plan":"q"}]}
            """);
        Assert.Equal([334.00m, 12.00m - 334.00m, 31.00m], invoices);
    }

    [Fact]
    public void A_change_within_the_first_day_of_a_period_does_not_shorten_it()
    {
        // April: one seat of 300.00; May: two, the first day counts whole.
        var invoices = Invoices("""
            {"catalog":{"currency":"EUR","meters":[],"plans":[{"key":"p","charges":[{"key":"seat","model":"recurring","price":"300.00","quantity":"seats","proration":"second"}]}]},
             "start":"2026-04-01","period":"2026-05-10","changes":[{"from":"2026-04-01","plan":"p","quantities":{"seats":1}},{"from":"2026-05-01","at":"12:00:00","plan":"p","quantities":{"seats":2}}]}
            """);
        Assert.Equal([300.00m, 600.00m], invoices);
    }

    private static List<decimal> Invoices(string request)
    {
        using var quoted = JsonDocument.Parse(Quote.Write(Quote.Make(request, null)));
        return [.. quoted.RootElement.GetProperty("invoices").EnumerateArray().Select(invoice => decimal.Parse(invoice.GetProperty("total").GetString()!, CultureInfo.InvariantCulture))];
    }
}
