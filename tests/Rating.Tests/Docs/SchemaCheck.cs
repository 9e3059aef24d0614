using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rating.Tests.Docs;

/// <summary>Checks a document against a JSON Schema: the keywords that docs/catalog.schema.json uses. A keyword that it does not know is an error, so that no rule of the schema goes unread.</summary>
internal sealed class SchemaCheck(JsonElement schema)
{
    /// <summary>What is wrong, with its place; null when nothing is.</summary>
    public string? Check(JsonElement value) => Check(schema, value, "");

    private string? Check(JsonElement rule, JsonElement value, string where)
    {
        foreach (var keyword in rule.EnumerateObject())
        {
            var wrong = keyword.Name switch
            {
                "$schema" or "title" or "description" or "$defs" or "required" or "additionalProperties" => null,
                "$ref" => Check(Resolve(keyword.Value.GetString()!), value, where),
                "type" => Types(keyword.Value).Any(type => Is(type, value)) ? null : $"is no {keyword.Value}",
                "const" => JsonElement.DeepEquals(keyword.Value, value) ? null : $"is not {keyword.Value}",
                "enum" => keyword.Value.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)) ? null : "is none of the choices",
                "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!, RegexOptions.None, TimeSpan.FromSeconds(1)) ? null : $"does not fit {keyword.Value}",
                "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= keyword.Value.GetInt32() ? null : "is too short",
                "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= keyword.Value.GetInt32() ? null : "is too long",
                "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDecimal() >= keyword.Value.GetDecimal() ? null : "is too small",
                "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= keyword.Value.GetInt32() ? null : "has too few items",
                "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= keyword.Value.GetInt32() ? null : "has too many items",
                "items" => value.ValueKind != JsonValueKind.Array ? null : value.EnumerateArray().Select((item, i) => Check(keyword.Value, item, $"{where}[{i}]")).FirstOrDefault(found => found is not null),
                "properties" => Members(rule, keyword.Value, value, where),
                "anyOf" => keyword.Value.EnumerateArray().Any(one => Check(one, value, where) is null) ? null : "fits none of its kinds",
                "oneOf" => OneOf(keyword.Value, value, where),
                var other => throw new InvalidDataException($"the schema has '{other}', which this check does not know"),
            };
            if (wrong is not null) return wrong.StartsWith('/') ? wrong : $"/{where}: {wrong}";
        }

        return rule.TryGetProperty("properties", out _) ? null : Members(rule, default, value, where);
    }

    private string? Members(JsonElement rule, JsonElement known, JsonElement value, string where)
    {
        if (value.ValueKind != JsonValueKind.Object) return null;
        if (rule.TryGetProperty("required", out var required))
            foreach (var name in required.EnumerateArray())
                if (!value.TryGetProperty(name.GetString()!, out _)) return $"/{where}: '{name}' is missing";
        foreach (var member in value.EnumerateObject())
        {
            var place = where.Length == 0 ? member.Name : $"{where}.{member.Name}";
            if (known.ValueKind == JsonValueKind.Object && known.TryGetProperty(member.Name, out var own))
            {
                if (Check(own, member.Value, place) is { } wrong) return wrong;
            }
            else if (rule.TryGetProperty("additionalProperties", out var others))
            {
                if (others.ValueKind == JsonValueKind.False) return $"/{place}: is not known here";
                if (Check(others, member.Value, place) is { } wrong) return wrong;
            }
        }

        return null;
    }

    // Charges differ by their model: the answer is that of the kind which has it.
    private string? OneOf(JsonElement kinds, JsonElement value, string where)
    {
        var answers = kinds.EnumerateArray().Select(kind => (Kind: kind, Wrong: Check(kind, value, where))).ToList();
        var fitting = answers.Count(answer => answer.Wrong is null);
        if (fitting == 1) return null;
        if (fitting > 1) return $"fits {fitting} of its kinds";
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty("model", out var model)
            ? answers.Find(answer => JsonElement.DeepEquals(answer.Kind.GetProperty("properties").GetProperty("model").GetProperty("const"), model)).Wrong ?? $"'{model}' is not a model"
            : "has no model";
    }

    private JsonElement Resolve(string reference) => schema.GetProperty("$defs").GetProperty(reference["#/$defs/".Length..]);

    private static IEnumerable<string> Types(JsonElement type) => type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!) : [type.GetString()!];

    private static bool Is(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object, "array" => value.ValueKind == JsonValueKind.Array, "string" => value.ValueKind == JsonValueKind.String, "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _), "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False, _ => throw new InvalidDataException(type),
    };
}
