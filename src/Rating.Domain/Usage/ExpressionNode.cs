using System.Numerics;

namespace Rating.Domain.Usage;

/// <summary>One part of an expression. What it is (a number, a condition, a field, a text) is settled when it is read, so that only an event's fields can fail.</summary>
internal abstract class ExpressionNode
{
    public virtual bool TryNumber(UsageRecord record, out Ratio number) => throw new InvariantBrokenException("an expression was read as a number that is none");

    public virtual bool TryCondition(UsageRecord record, out bool holds) => throw new InvariantBrokenException("an expression was read as a condition that is none");

    internal sealed class Literal(Ratio value) : ExpressionNode
    {
        public override bool TryNumber(UsageRecord record, out Ratio number)
        {
            number = value;
            return true;
        }
    }

    internal sealed class Text(string value) : ExpressionNode
    {
        public string Value => value;
    }

    internal sealed class Field(string name) : ExpressionNode
    {
        public string Name => name;

        public override bool TryNumber(UsageRecord record, out Ratio number)
        {
            number = default;
            if (!record.TryGet(name, out var field) || !Quantity.TryParse(field.Value.Span, out var quantity)) return false;
            number = Ratio.Of(quantity);
            return true;
        }
    }

    internal sealed class Binary(char sign, ExpressionNode left, ExpressionNode right) : ExpressionNode
    {
        public override bool TryNumber(UsageRecord record, out Ratio number)
        {
            number = default;
            if (!left.TryNumber(record, out var a) || !right.TryNumber(record, out var b)) return false;
            if (sign == '/' && b.Numerator.IsZero) return false;
            number = sign switch { '+' => a + b, '-' => a - b, '*' => a * b, _ => a / b };
            return true;
        }
    }

    internal sealed class Function(string name, int decimals, ExpressionNode[] arguments) : ExpressionNode
    {
        public override bool TryNumber(UsageRecord record, out Ratio number)
        {
            if (!arguments[0].TryNumber(record, out number)) return false;
            switch (name)
            {
                case "negate":
                    number = -number;
                    return true;
                case "abs":
                    if (number.Numerator.Sign < 0) number = -number;
                    return true;
                case "floor":
                    number = number.Floor();
                    return true;
                case "ceil":
                    number = -(-number).Floor();
                    return true;
                case "round":
                    number = new Ratio(number.Rounded(decimals, RoundingMode.HalfUp), (BigInteger)ScaledNumber.PowerOfTen(decimals));
                    return true;
                default:
                    foreach (var argument in arguments.AsSpan(1))
                    {
                        if (!argument.TryNumber(record, out var other)) return false;
                        if (name == "min" ? other.OrderTo(number) < 0 : other.OrderTo(number) > 0) number = other;
                    }

                    return true;
            }
        }
    }

    internal sealed class Choice(ExpressionNode condition, ExpressionNode then, ExpressionNode otherwise) : ExpressionNode
    {
        public override bool TryNumber(UsageRecord record, out Ratio number)
        {
            number = default;
            return condition.TryCondition(record, out var holds) && (holds ? then : otherwise).TryNumber(record, out number);
        }
    }

    internal sealed class Or(Field field, ExpressionNode otherwise) : ExpressionNode
    {
        public override bool TryNumber(UsageRecord record, out Ratio number) => (record.TryGet(field.Name, out _) ? field : otherwise).TryNumber(record, out number);
    }

    internal sealed class Has(Field field) : ExpressionNode
    {
        public override bool TryCondition(UsageRecord record, out bool holds)
        {
            holds = record.TryGet(field.Name, out _);
            return true;
        }
    }

    internal sealed class IsText(Field field, string value, bool isNot) : ExpressionNode
    {
        public override bool TryCondition(UsageRecord record, out bool holds)
        {
            holds = (record.TryGet(field.Name, out var found) && found.Value.Is(value)) != isNot;
            return true;
        }
    }

    internal sealed class Comparison(string sign, ExpressionNode left, ExpressionNode right) : ExpressionNode
    {
        public override bool TryCondition(UsageRecord record, out bool holds)
        {
            holds = false;
            if (!left.TryNumber(record, out var a) || !right.TryNumber(record, out var b)) return false;
            var order = a.OrderTo(b);
            holds = sign switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, ">=" => order >= 0, "==" => order == 0, _ => order != 0 };
            return true;
        }
    }

    internal sealed class Logic(bool isAnd, ExpressionNode left, ExpressionNode right) : ExpressionNode
    {
        public override bool TryCondition(UsageRecord record, out bool holds) => left.TryCondition(record, out holds) && (holds != isAnd || right.TryCondition(record, out holds));
    }

    internal sealed class Not(ExpressionNode condition) : ExpressionNode
    {
        public override bool TryCondition(UsageRecord record, out bool holds)
        {
            var known = condition.TryCondition(record, out holds);
            holds = !holds;
            return known;
        }
    }
}
