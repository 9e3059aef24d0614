using System.Globalization;

namespace Rating.Audit.Rules;

/// <summary>A value computed from the fields of an event, with exact fractions; no result where something is missing.</summary>
internal sealed class Expression
{
    private readonly Func<UsageEvent, Fraction?> _number;

    private Expression(Func<UsageEvent, Fraction?> number) => _number = number;

    public static Expression Parse(string text) => new(new Reader(text).Read().AsNumber());

    public Fraction? Of(UsageEvent e) => _number(e);

    /// <summary>A field as a number: at most 9 decimals, within 10^12.</summary>
    public static Fraction? NumberOf(UsageEvent e, string name) =>
        e.Field(name) is { } text && Fraction.TryParse(text, out var number) && number.HasAtMostDecimals(9) && number <= 1_000_000_000_000 && number >= -1_000_000_000_000 ? number : null;

    /// <summary>A part of an expression: what it is as a number, a condition, or a text.</summary>
    private sealed record Part(Func<UsageEvent, Fraction?>? Number = null, Func<UsageEvent, bool?>? Condition = null, string? Text = null, string? Field = null)
    {
        public Func<UsageEvent, Fraction?> AsNumber() => Number ?? throw new FormatException("A number is expected.");
        public Func<UsageEvent, bool?> AsCondition() => Condition ?? throw new FormatException("A condition is expected.");
    }

    private sealed class Reader(string text)
    {
        private int _at;

        public Part Read()
        {
            var part = Or();
            Blanks();
            return _at == text.Length ? part : throw new FormatException($"'{text[_at..]}' is not understood.");
        }

        private void Blanks()
        {
            while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
        }

        private bool Takes(string symbol)
        {
            Blanks();
            if (string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) != 0) return false;
            _at += symbol.Length;
            return true;
        }

        private void Must(string symbol)
        {
            if (!Takes(symbol)) throw new FormatException($"'{symbol}' is missing at {_at}.");
        }

        private Part Or()
        {
            var left = And();
            while (Takes("||"))
            {
                var (a, b) = (left.AsCondition(), And().AsCondition());
                left = new Part(Condition: e => a(e) is not { } first ? null : first ? true : b(e));
            }
            return left;
        }

        private Part And()
        {
            var left = Comparison();
            while (Takes("&&"))
            {
                var (a, b) = (left.AsCondition(), Comparison().AsCondition());
                left = new Part(Condition: e => a(e) is not { } first ? null : !first ? false : b(e));
            }
            return left;
        }

        private Part Comparison()
        {
            var left = Sum();
            foreach (var symbol in new[] { "==", "!=", "<=", ">=", "<", ">" })
                if (Takes(symbol)) return Compare(left, symbol, Sum());
            return left;
        }

        private static Part Compare(Part left, string symbol, Part right)
        {
            if (left.Text is not null || right.Text is not null)
            {
                if (symbol is not ("==" or "!=")) throw new FormatException("Texts have no order.");
                Func<UsageEvent, string?> Of(Part part) => part.Text is { } fixedText ? _ => fixedText : part.Field is { } name ? e => e.Field(name) : throw new FormatException("A field is expected.");
                var (a, b) = (Of(left), Of(right));
                return new Part(Condition: e => (a(e) is { } x && b(e) is { } y && x == y) == (symbol == "=="));
            }
            var (first, second) = (left.AsNumber(), right.AsNumber());
            return new Part(Condition: e => first(e) is { } x && second(e) is { } y ? symbol switch
            {
                "==" => x == y,
                "!=" => x != y,
                "<=" => x <= y,
                ">=" => x >= y,
                "<" => x < y,
                _ => x > y,
            } : null);
        }

        private Part Sum()
        {
            var left = Product();
            while (true)
            {
                var symbol = Takes("+") ? '+' : Takes("-") ? '-' : ' ';
                if (symbol == ' ') return left;
                var (a, b) = (left.AsNumber(), Product().AsNumber());
                left = new Part(Number: e => a(e) is { } x && b(e) is { } y ? symbol == '+' ? x + y : x - y : null);
            }
        }

        private Part Product()
        {
            var left = Unary();
            while (true)
            {
                var symbol = Takes("*") ? '*' : Takes("/") ? '/' : ' ';
                if (symbol == ' ') return left;
                var (a, b) = (left.AsNumber(), Unary().AsNumber());
                left = new Part(Number: e => a(e) is { } x && b(e) is { } y ? symbol == '*' ? x * y : y.IsZero ? null : x / y : null);
            }
        }

        private Part Unary()
        {
            if (Takes("-"))
            {
                var of = Unary().AsNumber();
                return new Part(Number: e => of(e) is { } x ? -x : null);
            }
            Blanks();
            if (_at < text.Length && text[_at] == '!' && !(_at + 1 < text.Length && text[_at + 1] == '='))
            {
                _at++;
                var of = Unary().AsCondition();
                return new Part(Condition: e => of(e) is { } x ? !x : null);
            }
            return Primary();
        }

        private Part Primary()
        {
            Blanks();
            if (Takes("("))
            {
                var inner = Or();
                Must(")");
                return inner;
            }
            if (_at == text.Length) throw new FormatException("The expression ends too early.");
            var c = text[_at];
            if (c is '\'' or '"')
            {
                var end = text.IndexOf(c, _at + 1);
                if (end < 0) throw new FormatException("A text has no end.");
                var inner = text[(_at + 1)..end];
                _at = end + 1;
                return new Part(Text: inner);
            }
            if (c is >= '0' and <= '9')
            {
                var number = Fraction.Parse(While(x => x is (>= '0' and <= '9') or '.'));
                return new Part(Number: _ => number);
            }
            if (c == '[')
            {
                var end = text.IndexOf(']', _at);
                if (end < 0) throw new FormatException("']' is missing.");
                var inner = text[(_at + 1)..end];
                _at = end + 1;
                return FieldOf(inner);
            }
            var name = While(x => char.IsAsciiLetterOrDigit(x) || x is '_' or '.');
            if (name.Length == 0) throw new FormatException($"'{text[_at..]}' is not understood.");
            return Takes("(") ? Call(name) : FieldOf(name);
        }

        private static Part FieldOf(string name) => new(Number: e => NumberOf(e, name), Field: name);

        private string While(Func<char, bool> fits)
        {
            var from = _at;
            while (_at < text.Length && fits(text[_at])) _at++;
            return text[from.._at];
        }

        private Part Call(string name)
        {
            var arguments = new List<Part>();
            do arguments.Add(Or());
            while (Takes(","));
            Must(")");
            switch (name)
            {
                case "min" or "max":
                    var all = arguments.ConvertAll(a => a.AsNumber());
                    return new Part(Number: e => all.ConvertAll(a => a(e)) is var values && values.TrueForAll(v => v is not null)
                        ? values.Select(v => v!.Value).Aggregate(name == "min" ? Fraction.Min : Fraction.Max) : null);
                case "abs": return One(arguments, x => x.Sign < 0 ? -x : x);
                case "ceil": return One(arguments, x => new Fraction(x.Ceiling(), 1));
                case "floor": return One(arguments, x => new Fraction(-(-x).Ceiling(), 1));
                case "round":
                    var decimals = arguments.Count == 2 ? (int)arguments[1].AsNumber()(null!)!.Value.Numerator : 0;
                    return One(arguments[..1], x => x.Round(decimals, RoundingRule.HalfUp));
                case "if":
                    var (condition, a, b) = (arguments[0].AsCondition(), arguments[1].AsNumber(), arguments[2].AsNumber());
                    return new Part(Number: e => condition(e) is not { } holds ? null : holds ? a(e) : b(e));
                case "has":
                    var field = arguments[0].Field ?? throw new FormatException("has(field)");
                    return new Part(Condition: e => e.Field(field) is not null);
                case "or":
                    var (wanted, otherwise) = (arguments[0].Field ?? throw new FormatException("or(field, a)"), arguments[1].AsNumber());
                    return new Part(Number: e => e.Field(wanted) is null ? otherwise(e) : NumberOf(e, wanted));
                default: throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{name}' is not a function."));
            }
        }

        private static Part One(List<Part> arguments, Func<Fraction, Fraction> function)
        {
            var of = arguments[0].AsNumber();
            return new Part(Number: e => of(e) is { } x ? function(x) : null);
        }
    }
}
