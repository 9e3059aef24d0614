using Rating.Domain.Pricing;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>Charges that no usage is needed for.</content>
internal sealed partial class CatalogReader
{
    private RecurringCharge ReadRecurring(DocumentNode node)
    {
        node.Object([.. OfCharge, "timing", "price", "quantity", "proration"]);
        return new RecurringCharge
        {
            Key = Key(node), Name = Named(node), Price = node.Need("price").Price(_currency), QuantityName = node.Maybe("quantity")?.Name() ?? "",
            InAdvance = node.Maybe("timing")?.OneOf(("advance", true), ("arrears", false)) ?? false,
            Proration = node.Maybe("proration")?.OneOf(("day", Proration.Day), ("none", Proration.None)) ?? Proration.Day,
        };
    }

    private OneOffCharge ReadOneOff(DocumentNode node)
    {
        node.Object([.. OfCharge, "price", "quantity"]);
        return new OneOffCharge { Key = Key(node), Name = Named(node), Price = node.Need("price").Price(_currency), QuantityName = node.Maybe("quantity")?.Name() ?? "" };
    }
}
