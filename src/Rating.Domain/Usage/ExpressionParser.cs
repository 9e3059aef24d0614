using System.Text;

namespace Rating.Domain.Usage;

/// <summary>Reads an expression; every refusal says at which character.</summary>
internal sealed class ExpressionParser(string text)
{
    private const int TextMax = 500;
    private const int DepthMax = 32;
    private int _at;
    private int _depth;

    /// <summary>Reads the whole text as one number.</summary>
    public ExpressionNode ReadNumber()
    {
        if (text.Length > TextMax) throw Wrong($"an expression has at most {TextMax} characters");
        var node = NumberOf(Any());
        Skip();
        return _at == text.Length ? node : throw Wrong($"'{text[_at]}' was not expected");
    }

    // A part, with what it is: a number, a condition, or a text (only to be compared).
    private readonly record struct Part(ExpressionNode Node, bool IsCondition, int At);

    private Part Any()
    {
        if (++_depth > DepthMax) throw Wrong($"nested deeper than {DepthMax}");
        var left = And();
        while (Take("||")) left = new Part(new ExpressionNode.Logic(false, ConditionOf(left), ConditionOf(And())), true, left.At);
        _depth--;
        return left;
    }

    private Part And()
    {
        var left = Compared();
        while (Take("&&")) left = new Part(new ExpressionNode.Logic(true, ConditionOf(left), ConditionOf(Compared())), true, left.At);
        return left;
    }

    private Part Compared()
    {
        var left = Sum();
        foreach (var sign in (ReadOnlySpan<string>)["==", "!=", "<=", ">=", "<", ">"])
        {
            if (!Take(sign)) continue;
            var right = Sum();
            if (sign is "==" or "!=" && (left.Node is ExpressionNode.Text || right.Node is ExpressionNode.Text))
            {
                var (field, value) = left.Node is ExpressionNode.Text first ? (right.Node, first) : (left.Node, (ExpressionNode.Text)right.Node);
                return field is ExpressionNode.Field named ? new Part(new ExpressionNode.IsText(named, value.Value, sign == "!="), true, left.At) : throw Wrong("a text is compared with a field", left.At);
            }

            return new Part(new ExpressionNode.Comparison(sign, NumberOf(left), NumberOf(right)), true, left.At);
        }

        return left;
    }

    private Part Sum()
    {
        var left = Product();
        while (true)
        {
            if (Take("+")) left = new Part(new ExpressionNode.Binary('+', NumberOf(left), NumberOf(Product())), false, left.At);
            else if (Take("-")) left = new Part(new ExpressionNode.Binary('-', NumberOf(left), NumberOf(Product())), false, left.At);
            else return left;
        }
    }

    private Part Product()
    {
        var left = Unary();
        while (true)
        {
            if (Take("*")) left = new Part(new ExpressionNode.Binary('*', NumberOf(left), NumberOf(Unary())), false, left.At);
            else if (Take("/")) left = new Part(new ExpressionNode.Binary('/', NumberOf(left), NumberOf(Unary())), false, left.At);
            else return left;
        }
    }

    private Part Unary()
    {
        Skip();
        var at = _at;
        if (++_depth > DepthMax) throw Wrong($"nested deeper than {DepthMax}");
        var part = Take("-") ? new Part(new ExpressionNode.Function("negate", 0, [NumberOf(Unary())]), false, at)
            : _at < text.Length && text[_at] == '!' && Take("!") ? new Part(new ExpressionNode.Not(ConditionOf(Unary())), true, at)
            : Primary();
        _depth--;
        return part;
    }

    private Part Primary()
    {
        Skip();
        var at = _at;
        if (at == text.Length) throw Wrong("something is missing at the end");
        var c = text[at];
        if (Take("("))
        {
            var inner = Any();
            Need(")");
            return inner;
        }

        if (c is '"' or '\'') return new Part(new ExpressionNode.Text(Quoted(c)), false, at);
        if (c == '[')
        {
            var end = text.IndexOf(']', at);
            if (end <= at + 1) throw Wrong("'[' needs a field's name and ']'");
            _at = end + 1;
            return new Part(new ExpressionNode.Field(text[(at + 1)..end]), false, at);
        }

        if (char.IsAsciiDigit(c)) return new Part(new ExpressionNode.Literal(Ratio.Of(Number())), false, at);
        if (!char.IsAsciiLetter(c) && c != '_') throw Wrong($"'{c}' was not expected");
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] is '_' or '.')) _at++;
        var name = text[at.._at];
        return Take("(") ? Function(name, at) : new Part(new ExpressionNode.Field(name), false, at);
    }

    private Part Function(string name, int at)
    {
        if (name is "has" or "or")
        {
            var field = Any().Node as ExpressionNode.Field ?? throw Wrong($"{name} takes a field first", at);
            if (name == "has")
            {
                Need(")");
                return new Part(new ExpressionNode.Has(field), true, at);
            }

            Need(",");
            var otherwise = NumberOf(Any());
            Need(")");
            return new Part(new ExpressionNode.Or(field, otherwise), false, at);
        }

        if (name == "if")
        {
            var condition = ConditionOf(Any());
            Need(",");
            var then = NumberOf(Any());
            Need(",");
            var otherwise = NumberOf(Any());
            Need(")");
            return new Part(new ExpressionNode.Choice(condition, then, otherwise), false, at);
        }

        if (name is not ("min" or "max" or "abs" or "ceil" or "floor" or "round")) throw Wrong($"'{name}' is not a function; known are min, max, abs, ceil, floor, round, if, has, or", at);
        var arguments = new List<ExpressionNode> { NumberOf(Any()) };
        var decimals = 0;
        if (name == "round" && Take(","))
        {
            Skip();
            if (_at == text.Length || !char.IsAsciiDigit(text[_at])) throw Wrong($"decimals are a whole number from 0 to {Limits.QuantityDecimals}");
            decimals = text[_at++] - '0';
        }

        while (name is "min" or "max" && Take(",")) arguments.Add(NumberOf(Any()));
        Need(")");
        return new Part(new ExpressionNode.Function(name, decimals, [.. arguments]), false, at);
    }

    private Quantity Number()
    {
        var start = _at;
        while (_at < text.Length && (char.IsAsciiDigit(text[_at]) || text[_at] == '.')) _at++;
        return Quantity.TryParse(text[start.._at], out var number) ? number : throw Wrong($"'{text[start.._at]}' is not a number of at most {Limits.QuantityDecimals} decimals up to {Limits.QuantityMax}", start);
    }

    private string Quoted(char mark)
    {
        var value = new StringBuilder();
        var start = _at++;
        while (_at < text.Length && text[_at] != mark) value.Append(text[_at++]);
        if (_at == text.Length) throw Wrong("this text has no end", start);
        _at++;
        return value.ToString();
    }

    private ExpressionNode NumberOf(Part part) => part switch
    {
        { IsCondition: true } => throw Wrong("a number is needed here, this is a condition", part.At),
        { Node: ExpressionNode.Text } => throw Wrong("a number is needed here, this is a text", part.At),
        _ => part.Node,
    };

    private ExpressionNode ConditionOf(Part part) => part.IsCondition ? part.Node : throw Wrong("a condition is needed here, such as a > 0", part.At);

    private bool Take(string sign)
    {
        Skip();
        if (string.CompareOrdinal(text, _at, sign, 0, sign.Length) != 0) return false;
        _at += sign.Length;
        return true;
    }

    private void Need(string sign)
    {
        if (!Take(sign)) throw Wrong($"'{sign}' is missing here");
    }

    private void Skip()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t' or '\n' or '\r') _at++;
    }

    private Refused Wrong(string problem, int? at = null) => new("expression.invalid", $"at character {(at ?? _at) + 1}: {problem}.");
}
