namespace Rating.Server.Api;

/// <summary>The list of everything that the HTTP API answers, in the order of a usage record's way.</summary>
internal static class Routes
{
    /// <summary>Maps all paths.</summary>
    public static void Map(WebApplication app)
    {
        StartPage.Map(app);
        HealthApi.Map(app);
        var v1 = app.MapGroup("/v1");
        EventsApi.Map(v1);
        ImportsApi.Map(v1);
        CatalogApi.Map(v1);
        PartiesApi.Map(v1);
        BalanceApi.Map(v1);
        AlertsApi.Map(v1);
        QuotesApi.Map(v1);
        CloseApi.Map(v1);
        InvoicesApi.Map(v1);
        SuspenseApi.Map(v1);
        ReconciliationApi.Map(v1);
        TaxesApi.Map(v1);
        AuditApi.Map(v1);
        app.MapOpenApi("/openapi/{documentName}.json");
    }
}
