using System.Globalization;
using System.Text.Json;
using NodaTime;
using Rating.Engine.Quotes;

namespace Rating.Tests.Engine;

/// <summary>Charges in advance, changes of terms and discounts of both sides; the totals are worked by hand.</summary>
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

    [Fact]
    public void A_subscription_without_activation_lines_may_begin_together_with_one_that_has_some()
    {
        // b: 10.00 and 19 % tax. a has nothing to pay at its start; in March both have 0.
        var invoices = Invoices("""
            {"catalog":{"currency":"EUR","meters":[{"key":"n","event":"n","value":"v"}],
               "plans":[{"key":"usage","charges":[{"key":"n","model":"perUnit","meter":"n","price":"1"}]},{"key":"setup","charges":[{"key":"once","model":"oneOff","price":"10.00"}]}],
               "taxes":{"rules":[{"key":"vat","type":"vat","jurisdiction":"DE","percent":"19"}]}},
             "account":{"taxAddress":"DE"},"activation":true,"period":"2026-03-01",
             "subscriptions":[{"id":"a","plan":"usage","start":"2026-03-01"},{"id":"b","plan":"setup","start":"2026-03-01"}]}
            """);
        Assert.Equal([11.90m, 0m], invoices);
    }

    [Fact]
    public void A_discount_of_the_account_is_on_what_discounts_of_the_subscription_left()
    {
        // The seat is free, so 10 % on it are nothing: the 50.00 of the line stay.
        var invoices = Invoices("""
            {"catalog":{"currency":"EUR","meters":[],"plans":[{"key":"p","charges":[{"key":"seat","model":"recurring","price":"100.00"},{"key":"line","model":"recurring","price":"50.00"}]}]},
             "account":{"discounts":[{"key":"voucher","percent":"10","charge":"seat"}]},"start":"2026-04-01","discounts":[{"key":"free","percent":"100","charge":"seat"}]}
            """);
        Assert.Equal([50.00m], invoices);
        // 20 % off the plan: 80.00 are left of the seat, 8.00 of them are the account's discount: 150.00 - 30.00 - 8.00.
        invoices = Invoices("""
            {"catalog":{"currency":"EUR","meters":[],"plans":[{"key":"p","charges":[{"key":"seat","model":"recurring","price":"100.00"},{"key":"line","model":"recurring","price":"50.00"}]}]},
             "account":{"discounts":[{"key":"voucher","percent":"10","charge":"seat"}]},"start":"2026-04-01","discounts":[{"key":"less","percent":"20"}]}
            """);
        Assert.Equal([112.00m], invoices);
    }

    [Fact]
    public void A_charge_that_gives_nothing_back_does_not_where_no_terms_of_its_year_have_it_any_more()
    {
        // As above, but the 334.00 are kept.
        var invoices = Invoices("""
            {"catalog":{"currency":"EUR","meters":[],"plans":[
               {"key":"p","trial":{"months":1},"charges":[{"key":"licence","model":"recurring","timing":"advance","price":"365.00","interval":"year","credit":"none"}]},
               {"key":"q","charges":[{"key":"line","model":"recurring","price":"31.00"}]}]},
             "start":"2026-01-01","activation":true,"period":"2026-02-01","changes":[{"from":"2026-01-01","plan":"p"},{"from":"2026-01-20","plan":"q"}]}
            """);
        Assert.Equal([334.00m, 12.00m, 31.00m], invoices);
    }

    [Fact]
    public void A_charge_that_is_new_in_a_period_is_a_plain_advance_beside_one_that_is_adjusted()
    {
        // From April 16th on 'extra' comes with the plan: 15 of 30 days of 30.00 and 30.00 for May; 'base' (15 of 30 days of 60.00 instead of all) is adjusted. Fees per line are on advances only: 1.00 for each of base for May, extra for April and for May.
        using var quoted = JsonDocument.Parse(Quote.Write(Quote.Make("""
            {"catalog":{"currency":"EUR","meters":[],"plans":[
               {"key":"p","charges":[{"key":"base","model":"recurring","timing":"advance","price":"60.00","quantity":"seats"}]},
               {"key":"q","charges":[{"key":"base","model":"recurring","timing":"advance","price":"60.00","quantity":"seats"},{"key":"extra","model":"recurring","timing":"advance","price":"30.00"}]}],
               "taxes":{"rules":[{"key":"fee","type":"fee","jurisdiction":"US","amount":"1.00","per":"line"}]}},
             "account":{"taxAddress":"US"},"start":"2026-04-01","activation":true,"changes":[{"from":"2026-04-01","plan":"p","quantities":{"seats":1}},{"from":"2026-04-16","plan":"q","quantities":{"seats":2}}]}
            """, null)));
        var april = quoted.RootElement.GetProperty("invoices")[1];
        Assert.Equal(
            ["advance base 120.00", "advance extra 15.00", "advance extra 30.00", "advanceAdjustment base -30.00", "advanceAdjustment base 60.00"],
            april.GetProperty("lines").EnumerateArray().Select(line => $"{line.GetProperty("kind").GetString()} {line.GetProperty("charge").GetString()} {line.GetProperty("amount").GetString()}").Order(StringComparer.Ordinal));
        Assert.Equal("3.00", april.GetProperty("taxes")[0].GetProperty("amount").GetString());
    }

    [Fact]
    public void What_was_billed_for_a_week_after_the_end_is_given_back_with_the_last_period()
    {
        // The week of January 29th is free of charge until the trial ends: 4 of its 7 days at 7.00, billed at the start. The subscription ends before.
        var invoices = Invoices("""
            {"catalog":{"currency":"EUR","meters":[],"plans":[{"key":"p","trial":{"months":1},"charges":[{"key":"w","model":"recurring","timing":"advance","price":"7.00","interval":"week","anchor":"start"}]}]},
             "start":"2026-01-01","end":"2026-01-20","activation":true,"period":"2026-01-10"}
            """);
        Assert.Equal([4.00m, -4.00m], invoices);
    }

    [Fact]
    public void A_charge_with_an_interval_of_its_own_is_rounded_as_the_first_day_of_its_own_period_says()
    {
        // Weeks from January 1st, a Thursday. Down to 0.12: the four that end in January, and the one of January 29th, which February bills; half up to 0.13: the three of February 5th, 12th and 19th.
        var invoices = Invoices("""
            {"catalog":[{"currency":"EUR","lineRounding":"down","meters":[],"plans":[{"key":"p","charges":[{"key":"w","model":"recurring","price":"0.125","interval":"week","anchor":"start"}]}]},
                        {"currency":"EUR","lineRounding":"halfUp","effectiveFrom":"2026-02-01","meters":[],"plans":[{"key":"p","charges":[{"key":"w","model":"recurring","price":"0.125","interval":"week","anchor":"start"}]}]}],
             "start":"2026-01-01","period":"2026-02-01"}
            """);
        Assert.Equal([0.48m, 0.51m], invoices);
    }

    [Fact]
    public async Task A_price_that_is_raised_after_the_last_close_does_not_reach_who_has_left()
    {
        await using var world = await EngineWorld.StartAsync(Instant.FromUtc(2026, 1, 2, 0, 0));
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, Licence("365.00"), null, default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, Customer("null"), default);
        world.Clock.Set(Instant.FromUtc(2026, 2, 3, 0, 0));
        Assert.Equal("365.00", Assert.Single((await world.CloseAsync("2026-02-01")).Snapshots).Total.ToText());
        // January is closed. The price is doubled from the 15th on; the customer leaves with the month.
        await world.Engine.PutCatalogAsync(EngineWorld.Tenant, Licence("730.00"), new LocalDate(2026, 1, 15), default);
        await world.Engine.PutPartiesAsync(EngineWorld.Tenant, Customer("\"2026-02-01\""), default);

        // What was paid for 334 of 365 days comes back, all of it.
        Assert.Equal("-334.00", Assert.Single((await world.CloseAsync()).Snapshots).Total.ToText());
        await world.SendAsync("""{"specversion":"1.0","id":"1","source":"app","type":"sms","subject":"49","time":"2026-01-20T00:00:00Z"}""");
        Assert.Equal("0.10", Assert.Single((await world.CloseAsync()).Snapshots).Total.ToText());
        await world.MustBeCleanAsync("raised after the last close");
    }

    private static string Licence(string price) => $$"""
        {"currency":"EUR","effectiveFrom":"2026-01-01","meters":[{"key":"sms","event":"sms"}],
         "plans":[{"key":"p","charges":[{"key":"licence","model":"recurring","timing":"advance","price":"{{price}}","interval":"year"},{"key":"sms","model":"perUnit","meter":"sms","price":"0.10"}]}]}
        """;

    private static string Customer(string end) => $$"""
        {"accounts":[{"id":"A"}],"subscriptions":[{"id":"S","account":"A","start":"2026-01-01","end":{{end}},"changes":[{"plan":"p"}]}],"subjects":[{"subject":"49","subscription":"S","from":"2026-01-01T00:00:00Z"}]}
        """;

    private static List<decimal> Invoices(string request)
    {
        using var quoted = JsonDocument.Parse(Quote.Write(Quote.Make(request, null)));
        return [.. quoted.RootElement.GetProperty("invoices").EnumerateArray().Select(invoice => decimal.Parse(invoice.GetProperty("total").GetString()!, CultureInfo.InvariantCulture))];
    }
}
