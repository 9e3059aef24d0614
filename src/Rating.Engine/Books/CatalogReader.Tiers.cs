using Rating.Domain;
using Rating.Domain.Pricing;
using Rating.Domain.Usage;
using Rating.Engine.Documents;

namespace Rating.Engine.Books;

/// <content>Charges in tiers, and percentages.</content>
internal sealed partial class CatalogReader
{
    private static string[] OfTiers => [.. OfUsage, "tiers", "bound", "atZero"];

    private Graduated ReadGraduated(DocumentNode node)
    {
        node.Object(OfTiers);
        return new Graduated { Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), GroupBy = GroupBy(node), Tiers = Tiers(node), IsBoundExclusive = IsBoundExclusive(node), IsFreeAtZero = IsFreeAtZero(node) };
    }

    private Volume ReadVolume(DocumentNode node)
    {
        node.Object(OfTiers);
        return new Volume { Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), GroupBy = GroupBy(node), Tiers = Tiers(node), IsBoundExclusive = IsBoundExclusive(node), IsFreeAtZero = IsFreeAtZero(node) };
    }

    private Stairstep ReadStairstep(DocumentNode node)
    {
        node.Object(OfTiers);
        return new Stairstep
        {
            Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), GroupBy = GroupBy(node), IsBoundExclusive = IsBoundExclusive(node), IsFreeAtZero = IsFreeAtZero(node),
            Tiers = Tiers(node, item => new Tier(null, item.Object("upTo", "price").Need("price").Price(_currency), UnitPrice.Free(_currency))),
        };
    }

    private Graduated ReadGraduatedPercentage(DocumentNode node)
    {
        node.Object(OfTiers);
        return new Graduated
        {
            Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), GroupBy = GroupBy(node), IsBoundExclusive = IsBoundExclusive(node), IsFreeAtZero = IsFreeAtZero(node), IsPercentage = true,
            Tiers = Tiers(node, item => new Tier(null, Rate(item.Object("upTo", "rate", "flatFee").Need("rate")), FlatFee(item))),
        };
    }

    private VolumePercentage ReadVolumePercentage(DocumentNode node)
    {
        node.Object(OfTiers);
        return LooksAtEvents(node, new VolumePercentage
        {
            Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), GroupBy = GroupBy(node), IsBoundExclusive = IsBoundExclusive(node), IsFreeAtZero = IsFreeAtZero(node), IsPercentage = true,
            Tiers = Tiers(node, item => new Tier(null, Rate(item.Object("upTo", "rate", "flatFee", "minimum", "maximum").Need("rate")), FlatFee(item), item.Maybe("minimum")?.Price(_currency), item.Maybe("maximum")?.Price(_currency))),
        });
    }

    private Percentage ReadPercentage(DocumentNode node)
    {
        node.Object([.. OfUsage, "rate", "fee", "minimum", "maximum", "freeCount", "freeAmount", "free", "freeBound"]);
        var isApart = node.Maybe("free")?.OneOf(("together", false), ("apart", true)) ?? false;
        if (isApart && (node.Maybe("minimum") ?? node.Maybe("maximum")) is { } bound) throw bound.Refuse("catalog.percentage.apart", "a free quota that is 'apart' has no minimum or maximum for each event.");
        var freeAmount = node.Maybe("freeAmount")?.Quantity();
        if (freeAmount < Quantity.Zero) throw node.Need("freeAmount").Refuse("catalog.free", "a free amount is not below zero.");
        return LooksAtEvents(node, new Percentage
        {
            Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), GroupBy = GroupBy(node), Rate = Rate(node.Need("rate")), Fee = node.Maybe("fee")?.Price(_currency) ?? UnitPrice.Free(_currency),
            Minimum = node.Maybe("minimum")?.Price(_currency), Maximum = node.Maybe("maximum")?.Price(_currency), FreeCount = node.Maybe("freeCount")?.Whole(0, int.MaxValue), FreeAmount = freeAmount,
            IsFreeApart = isApart, IsFreeBoundExclusive = node.Maybe("freeBound")?.OneOf(("inclusive", false), ("exclusive", true)) ?? false,
        });
    }

    // Events are kept as they are counted; a figure that is converted afterwards would not be their sum.
    private static T LooksAtEvents<T>(DocumentNode node, T charge)
        where T : MeteredCharge
    {
        if (charge.Meter.Aggregation != Aggregation.Sum) throw node.Refuse("catalog.percentage.meter", $"a percentage needs a meter that sums amounts; '{charge.Meter.Key}' is {charge.Meter.Aggregation}.");
        return charge.NeedsEvents && charge.Meter.Conversion is { OnEvent: false } ? throw node.Refuse("catalog.percentage.meter", $"this charge looks at single events, so meter '{charge.Meter.Key}' has to convert on 'event'.") : charge;
    }

    private UnitPrice Percent(DocumentNode node)
    {
        try
        {
            return UnitPrice.ParsePercent(node.Text(), _currency);
        }
        catch (Refused wrong)
        {
            throw node.Refuse(wrong.Code, wrong.Message);
        }
    }

    private UnitPrice Rate(DocumentNode node)
    {
        var rate = Percent(node);
        return rate.Pico >= 0 ? rate : throw node.Refuse("percent.invalid", "a rate is not below zero.");
    }

    private UnitPrice FlatFee(DocumentNode item) => item.Maybe("flatFee")?.Price(_currency) ?? UnitPrice.Free(_currency);

    private static bool IsBoundExclusive(DocumentNode node) => node.Maybe("bound")?.OneOf(("inclusive", false), ("exclusive", true)) ?? false;

    private static bool IsFreeAtZero(DocumentNode node) => node.Maybe("atZero")?.OneOf(("due", false), ("free", true)) ?? false;

    private List<Tier> Tiers(DocumentNode node) => Tiers(node, item => new Tier(null, item.Object("upTo", "price", "flatFee").Need("price").Price(_currency), FlatFee(item)));

    private static List<Tier> Tiers(DocumentNode node, Func<DocumentNode, Tier> read)
    {
        var list = node.Need("tiers");
        var tiers = new List<Tier>();
        var last = Quantity.Zero;
        var open = false;
        foreach (var item in list.Items())
        {
            var tier = read(item);
            if (open) throw item.Refuse("catalog.tier.overlap", "the tier before has no 'upTo' and takes everything; only the last tier has none.");
            var top = item.Maybe("upTo")?.Quantity();
            if (top is { } bound && bound <= last) throw item.Refuse("catalog.tier.overlap", $"'upTo' {bound} is not above that of the tier before, {last}.");
            open = top is null;
            last = top ?? last;
            tiers.Add(tier with { UpTo = top });
        }

        if (tiers.Count == 0 || !open) throw list.Refuse("catalog.tier.gap", $"nothing says what quantities above {last} cost; end with a tier without 'upTo'.");
        return tiers;
    }

    private TieredBlocks ReadBlocks(DocumentNode node)
    {
        node.Object([.. OfUsage, "tiers", "tiersBilled"]);
        var list = node.Need("tiers");
        var tiers = new List<BlockTier>();
        foreach (var item in list.Items())
        {
            item.Object("size", "price", "blocks");
            if (tiers.Count > 0 && tiers[^1].Blocks is null) throw item.Refuse("catalog.tier.overlap", "the tier before has no 'blocks' and takes everything; only the last tier has none.");
            tiers.Add(new BlockTier(Size(item), item.Need("price").Price(_currency), item.Maybe("blocks")?.Whole(1, int.MaxValue)));
        }

        if (tiers.Count == 0 || tiers[^1].Blocks is not null) throw list.Refuse("catalog.tier.gap", "nothing says what further blocks cost; end with a tier without 'blocks'.");
        return new TieredBlocks { Key = Key(node), Name = Named(node), TaxCode = TaxCode(node), Meter = MeterOf(node), Where = Where(node), GroupBy = GroupBy(node), Tiers = tiers, IsTopOnly = node.Maybe("tiersBilled")?.OneOf(("all", false), ("top", true)) ?? false };
    }
}
