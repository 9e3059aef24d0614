using System.Globalization;
using Rating.Engine.Quotes;

namespace Rating.Tests.Docs;

/// <summary>What depends on the order of time depends on nothing else: events in any order give the same invoice.</summary>
public sealed class QuoteOrderTests
{
    private const string Catalog = """
        {"currency":"EUR","meters":[{"key":"s","event":"call","value":"seconds"}],
         "decks":[{"key":"d","timeZone":"Europe/Berlin","rates":[{"prefix":"49","destination":"Germany","perMinute":"0.019","connectionFee":"0.01"},{"prefix":"44","destination":"UK","perMinute":"0.04","initialSeconds":30,"incrementSeconds":6}]}],
         "plans":[{"key":"p","allowances":[{"key":"a","meter":"s","units":600,"destinations":["UK"]},{"key":"b","meter":"s","units":900,"rollover":{"periods":2}}],"charges":[{"key":"calls","model":"rateDeck","meter":"s","deck":"d"}]}],
         "taxes":{"rules":[{"key":"vat","jurisdiction":"DE","percent":"19"}]}}
        """;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_thousand_shuffles_give_the_same_invoice(bool isThreshold)
    {
        var random = new Random(20261);
        var events = Enumerable.Range(0, 60).Select(i => string.Create(CultureInfo.InvariantCulture,
            // Some calls begin in the same second: then the id decides.
            $$"""{"id":"e{{i}}","type":"call","time":"2026-0{{3 + random.Next(2)}}-{{random.Next(10, 28)}}T{{random.Next(10, 12)}}:00:00Z","data":{"seconds":{{random.Next(1, 200)}},"called":"{{(random.Next(2) == 0 ? 4930 : 4420)}}" } }""")).ToArray();
        var catalog = Catalog;
        if (isThreshold) catalog = catalog.Replace("\"key\":\"p\",", "\"key\":\"p\",\"threshold\":\"0.30\",", StringComparison.Ordinal);
        string Made() => Quote.Write(Quote.Make($$"""{"catalog":{{catalog}},"start":"2026-03-01","period":"2026-04-01","account":{"taxAddress":"DE"},"usage":[{{string.Join(',', events)}}]}""", null));
        var first = Made();
        Assert.Contains("s of them free", first, StringComparison.Ordinal);
        if (isThreshold) Assert.True(first.Split("\"total\"").Length > 4, first);
        for (var i = 0; i < (isThreshold ? 50 : 1_000); i++)
        {
            random.Shuffle(events);
            var again = Made();
            Assert.True(first == again, $"shuffle {i} of seed 20261\n{first}\n{again}");
        }
    }

    // 60 s are free. To the UK they would cost 0.60, to Germany 0.06: what comes first is free, and of two at the same moment the one with the lower id.
    [Theory]
    [InlineData("10:00:00", "z", "10:01:00", "a", "0.06")]
    [InlineData("10:02:00", "a", "10:01:00", "z", "0.60")]
    [InlineData("10:00:00", "a", "10:00:00", "b", "0.06")]
    [InlineData("10:00:00", "b", "10:00:00", "a", "0.60")]
    public void Calls_to_different_destinations_use_an_allowance_in_the_order_of_time_then_id(string ukTime, string ukId, string germanTime, string germanId, string total) => Assert.Equal(total, TotalOf($$"""
        {"catalog":{"currency":"EUR","meters":[{"key":"s","event":"call","value":"seconds"}],
          "decks":[{"key":"d","timeZone":"UTC","rates":[{"prefix":"49","destination":"Germany","perMinute":"0.06"},{"prefix":"44","destination":"UK","perMinute":"0.60"}]}],
          "plans":[{"key":"p","allowances":[{"key":"a","meter":"s","units":60}],"charges":[{"key":"calls","model":"rateDeck","meter":"s","deck":"d"}]}]},
         "start":"2026-03-01","usage":[{"id":"{{germanId}}","type":"call","time":"2026-03-02T{{germanTime}}Z","data":{"seconds":60,"called":"4930"} },{"id":"{{ukId}}","type":"call","time":"2026-03-02T{{ukTime}}Z","data":{"seconds":60,"called":"4420"} }]}
        """));

    [Theory]
    [InlineData("JPY", "1000", "516")]
    [InlineData("EUR", "10.00", "5.16")]
    [InlineData("KWD", "10.000", "5.161")]
    public void A_currency_rounds_to_its_own_decimals(string currency, string price, string total) => Assert.Equal(total, TotalOf(
        $$"""{"catalog":{"currency":"{{currency}}","plans":[{"key":"p","charges":[{"key":"c","model":"recurring","price":"{{price}}"}]}]},"start":"2026-03-16"}"""));

    // 24 hours of a month on a clock far east and far west; the calls at the same instant lie in different months.
    [Theory]
    [InlineData("Pacific/Kiritimati", "2026-03-31T10:30:00Z", "0")]
    [InlineData("Pacific/Kiritimati", "2026-03-31T09:59:59Z", "1")]
    [InlineData("Pacific/Pago_Pago", "2026-04-01T10:59:59Z", "1")]
    [InlineData("Pacific/Pago_Pago", "2026-03-01T10:59:59Z", "refused")]
    public void A_month_begins_and_ends_on_the_clock_of_its_zone(string zone, string time, string counted)
    {
        string Request() => $$"""
            {"catalog":{"currency":"EUR","meters":[{"key":"n","event":"n"}],"plans":[{"key":"p","charges":[{"key":"c","model":"perUnit","meter":"n","price":"1"}]}]},
             "start":"2026-03-01","timeZone":"{{zone}}","period":"2026-04-01","usage":[{"type":"n","time":"{{time}}"}]}
            """;
        if (counted == "refused")
        {
            Assert.Equal("usage[0]", Assert.Throws<Rating.Domain.Refused>(() => Quote.Make(Request(), null)).Where);
            return;
        }

        var march = Quote.Make(Request(), null).Invoices[0].Invoice.Total.ToText();
        Assert.Equal(counted == "1" ? "1.00" : "0.00", march);
    }

    [Theory]
    [InlineData("2028-02-15", "29.00", "15.00")]
    [InlineData("2026-02-15", "28.00", "14.00")]
    public void February_has_the_days_of_its_year(string start, string price, string total) => Assert.Equal(total, TotalOf(
        $$"""{"catalog":{"currency":"EUR","plans":[{"key":"p","charges":[{"key":"c","model":"recurring","price":"{{price}}"}]}]},"start":"{{start}}"}"""));

    [Theory]
    [InlineData("'allowances':[{'key':'a','meter':'x','units':1}]", "catalog.meter.unknown", "catalog.plans[0].allowances[0].meter")]
    [InlineData("'allowances':[{'key':'a','meter':'n','units':-1}]", "quantity.negative", "catalog.plans[0].allowances[0].units")]
    [InlineData("'allowances':[{'key':'a','meter':'n','units':1,'charges':['y']}]", "allowance.charge", "catalog.plans[0].allowances[0].charges[0]")]
    [InlineData("'allowances':[{'key':'a','meter':'n','units':1,'pooled':true,'rollover':{'periods':1}}]", "allowance.pooled", "catalog.plans[0].allowances[0].rollover")]
    [InlineData("'trial':{'days':3,'months':1}", "catalog.phase.length", "catalog.plans[0].trial")]
    [InlineData("'phases':[{'months':1,'remove':['y']}]", "catalog.phase.remove", "catalog.plans[0].phases[0].remove")]
    [InlineData("'minimum':{'amount':'5','charges':['y']}", "catalog.commitment.charge", "catalog.plans[0].minimum.charges")]
    [InlineData("'minimum':'-5'", "amount.negative", "catalog.plans[0].minimum")]
    [InlineData("'threshold':'0'", "catalog.threshold", "catalog.plans[0].threshold")]
    public void A_mistake_in_a_plan_is_named_with_its_place(string member, string code, string where)
    {
        var request = $$"""{"catalog":{"currency":"EUR","meters":[{"key":"n","event":"n"}],"plans":[{"key":"p",{{member.Replace('\'', '"')}},"charges":[{"key":"c","model":"perUnit","meter":"n","price":"1"}]}]},"start":"2026-03-01"}""";
        var refused = Assert.Throws<Rating.Domain.Refused>(() => Quote.Make(request, null));
        Assert.Equal((code, where), (refused.Code, refused.Where));
    }

    [Theory]
    [InlineData("""{"key":"a","jurisdiction":"DE"}""", "tax.kind", "catalog.taxes.rules[0]")]
    [InlineData("""{"key":"a","jurisdiction":"DE","percent":"5","alsoOn":["b"]}""", "tax.order", "catalog.taxes.rules[0].alsoOn[0]")]
    [InlineData("""{"key":"a","jurisdiction":"DE","percent":"5","from":"2026-02-01","to":"2026-01-01"}""", "document.days", "catalog.taxes.rules[0].to")]
    [InlineData("""{"key":"a","jurisdiction":"DE","amount":"-1"}""", "price.negative", "catalog.taxes.rules[0].amount")]
    public void A_mistake_in_a_tax_is_named_with_its_place(string rule, string code, string where)
    {
        var request = $$"""{"catalog":{"currency":"EUR","plans":[{"key":"p","charges":[{"key":"c","model":"recurring","price":"1"}]}],"taxes":{"rules":[{{rule}}] } },"start":"2026-03-01"}""";
        var refused = Assert.Throws<Rating.Domain.Refused>(() => Quote.Make(request, null));
        Assert.Equal((code, where), (refused.Code, refused.Where));
    }

    private static string TotalOf(string request) => Quote.Make(request, null).Total.ToText();
}
