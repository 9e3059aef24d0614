using System.Reflection;
using System.Text;
using Orleans;
using Orleans.Runtime;
using Rating.Orleans.Contracts;
using Rating.Orleans.Nodes;
using Rating.Orleans.Placement;

namespace Rating.Orleans.Tests.Grains;

/// <summary>What travels between silos is a contract under review: an old silo and a new one run together while a cluster is upgraded. <c>RATING_GOLDEN=write</c> writes the file.</summary>
public sealed class GrainContractsTests
{
    private static readonly Assembly Ours = typeof(RatingCluster).Assembly;

    private static IEnumerable<Type> Interfaces => Ours.GetTypes().Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type)).OrderBy(type => type.Name, StringComparer.Ordinal);

    internal static IEnumerable<Type> Messages => Ours.GetTypes().Where(type => type.Namespace == typeof(CommandMessage).Namespace && type.GetCustomAttribute<GenerateSerializerAttribute>() is not null).OrderBy(type => type.Name, StringComparer.Ordinal);

    [Fact]
    public void The_contracts_are_those_of_the_file()
    {
        var file = Path.Combine(Root(), "src", "Rating.Orleans", "GrainContracts.txt");
        if (Environment.GetEnvironmentVariable("RATING_GOLDEN") == "write") File.WriteAllText(file, Text());
        Assert.Equal(File.ReadAllText(file).ReplaceLineEndings("\n"), Text());
    }

    [Fact]
    public void Every_grain_has_a_name_of_its_own_a_placement_and_one_contract()
    {
        var grains = Ours.GetTypes().Where(type => typeof(Grain).IsAssignableFrom(type)).ToList();
        Assert.NotEmpty(grains);
        foreach (var grain in grains)
        {
            Assert.True(grain.GetCustomAttribute<GrainTypeAttribute>() is not null, $"{grain.Name} is named by its class: renaming that would lose its activations");
            Assert.True(grain.GetCustomAttribute<RendezvousPlacementAttribute>() is not null, $"{grain.Name} is placed by Orleans' default");
            Assert.Single(grain.GetInterfaces(), contract => contract.Assembly == Ours && typeof(IAddressable).IsAssignableFrom(contract));
        }

        Assert.Equal(Interfaces.Count(), grains.Count);
    }

    [Fact]
    public void Every_contract_and_message_has_an_alias_and_every_member_a_number()
    {
        foreach (var contract in Interfaces)
        {
            Assert.True(contract.GetCustomAttribute<AliasAttribute>() is not null, $"{contract.Name} has no alias");
            foreach (var method in contract.GetMethods()) Assert.True(method.GetCustomAttribute<AliasAttribute>() is not null, $"{contract.Name}.{method.Name} has no alias");
        }

        foreach (var message in Messages)
        {
            Assert.True(message.GetCustomAttribute<AliasAttribute>() is not null, $"{message.Name} has no alias");
            if (message.IsEnum) continue;
            var members = MembersOf(message).ToList();
            Assert.All(members, member => Assert.True(member.GetCustomAttribute<IdAttribute>() is not null, $"{message.Name}.{member.Name} has no number"));
            Assert.Equal(members.Count, members.Select(member => member.GetCustomAttribute<IdAttribute>()!.Id).Distinct().Count());
        }
    }

    private static IEnumerable<MemberInfo> MembersOf(Type message) => message.GetMembers(BindingFlags.Public | BindingFlags.Instance)
        .Where(member => member is FieldInfo or PropertyInfo { CanWrite: true });

    private static string Text()
    {
        var text = new StringBuilder("What travels between silos. An alias or a number never changes its meaning; what is new gets a new one (docs/operations.md, rolling upgrade).\n");
        foreach (var contract in Interfaces)
        {
            text.Append($"\n{contract.GetCustomAttribute<AliasAttribute>()?.Alias}\n");
            foreach (var method in contract.GetMethods().OrderBy(method => method.Name, StringComparer.Ordinal))
                text.Append($"  {method.GetCustomAttribute<AliasAttribute>()?.Alias}({string.Join(", ", method.GetParameters().Select(parameter => $"{NameOf(parameter.ParameterType)} {parameter.Name}"))}) -> {NameOf(method.ReturnType)}\n");
        }

        foreach (var message in Messages)
        {
            text.Append($"\n{message.GetCustomAttribute<AliasAttribute>()?.Alias}\n");
            if (message.IsEnum)
                foreach (var name in Enum.GetNames(message)) text.Append($"  {Convert.ToInt32(Enum.Parse(message, name), System.Globalization.CultureInfo.InvariantCulture)} {name}\n");
            else
                foreach (var member in MembersOf(message).OrderBy(member => member.GetCustomAttribute<IdAttribute>()?.Id))
                    text.Append($"  {member.GetCustomAttribute<IdAttribute>()?.Id} {NameOf(member is FieldInfo field ? field.FieldType : ((PropertyInfo)member).PropertyType)} {member.Name}\n");
        }

        return text.ToString();
    }

    private static string NameOf(Type type) => type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;

    internal static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Rating.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
