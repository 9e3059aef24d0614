namespace Rating.Tests.Audit;

/// <summary>An event of a test.</summary>
internal sealed record Ev(string Id, string? Time, string Type = "sms.sent", string Subject = "n1", string CallKey = "", string Source = "pbx", string NotBillable = "", string PartitionKey = "")
{
    public (string Name, string Text, bool IsNumber)[] Data { get; init; } = [("n", "1", true)];

    public static Ev Sms(string id, string? time, string n = "1") => new(id, time) { Data = [("n", n, true)] };

    public static Ev Call(string id, string time, string seconds, string callKey = "") => new(id, time, "call.completed", CallKey: callKey) { Data = [("duration_seconds", seconds, true), ("called", "49301", false)] };

    public string Json()
    {
        var members = new List<string> { "\"specversion\":\"1.0\"", $"\"id\":\"{Id}\"", $"\"source\":\"{Source}\"", $"\"type\":\"{Type}\"" };
        if (Time is not null) members.Add($"\"time\":\"{Time}\"");
        foreach (var (name, text) in new[] { ("subject", Subject), ("callkey", CallKey), ("notbillable", NotBillable), ("partitionkey", PartitionKey) })
            if (text.Length > 0) members.Add($"\"{name}\":\"{text}\"");
        members.Add("\"data\":{" + string.Join(',', Data.Select(d => $"\"{d.Name}\":" + (d.IsNumber ? d.Text : $"\"{d.Text}\""))) + "}");
        return "{" + string.Join(',', members) + "}";
    }
}
