using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Rating.Tests;

/// <summary>What a built assembly refers to, read from its metadata and IL without loading it.</summary>
internal sealed class CompiledAssembly : IDisposable
{
    private static readonly Dictionary<int, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Where(field => field.FieldType == typeof(OpCode))
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => (int)unchecked((ushort)code.Value));

    private readonly PEReader _file;
    private readonly MetadataReader _metadata;

    public CompiledAssembly(string path)
    {
        _file = new PEReader(File.OpenRead(path));
        _metadata = _file.GetMetadataReader();
        Name = _metadata.GetString(_metadata.GetAssemblyDefinition().Name);
    }

    public string Name { get; }

    /// <summary>The assemblies that the compiled code refers to; what a project names but does not use is not among them.</summary>
    public IEnumerable<string> References =>
        _metadata.AssemblyReferences.Select(handle => _metadata.GetString(_metadata.GetAssemblyReference(handle).Name));

    public IEnumerable<string> Namespaces =>
        _metadata.TypeDefinitions.Select(handle => _metadata.GetString(_metadata.GetTypeDefinition(handle).Namespace)).Where(name => name.Length > 0).Distinct();

    /// <summary>Full names of the types of other assemblies that are named anywhere, in a signature or in code.</summary>
    public IEnumerable<string> ForeignTypes => _metadata.TypeReferences.Select(handle => NameOf(handle));

    /// <summary>Each use of a method or field of another type, as (the method that uses it, <c>Namespace.Type.Member</c>).</summary>
    public IEnumerable<(string Where, string Member)> MemberUses() =>
        from method in _metadata.MethodDefinitions
        from instruction in Instructions(method)
        let member = MemberOf(instruction.Token)
        where member is not null
        select (NameOf(method), member);

    /// <summary>Every field, signature, local variable and instruction that touches a binary floating-point number.</summary>
    public IEnumerable<string> FloatingPointUses()
    {
        var isFloat = new FloatFinder();
        foreach (var type in _metadata.TypeDefinitions)
        {
            foreach (var handle in _metadata.GetTypeDefinition(type).GetFields())
            {
                var field = _metadata.GetFieldDefinition(handle);
                if (field.DecodeSignature(isFloat, null))
                    yield return $"{NameOf(type)}.{_metadata.GetString(field.Name)} (field)";
            }
        }

        foreach (var handle in _metadata.MethodDefinitions)
        {
            var method = _metadata.GetMethodDefinition(handle);
            if (FloatFinder.In(method.DecodeSignature(isFloat, null)))
                yield return $"{NameOf(handle)} (signature)";
            if (method.RelativeVirtualAddress != 0
                && _file.GetMethodBody(method.RelativeVirtualAddress).LocalSignature is { IsNil: false } locals
                && _metadata.GetStandaloneSignature(locals).DecodeLocalSignature(isFloat, null).Contains(true))
                yield return $"{NameOf(handle)} (local variable)";
            foreach (var (code, token) in Instructions(handle))
            {
                if (IsFloatInstruction(code))
                    yield return $"{NameOf(handle)} ({code.Name})";
                else if (RefersToFloat(token, isFloat))
                    yield return $"{NameOf(handle)} (uses {MemberOf(token) ?? "the type"})";
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private static bool IsFloatInstruction(OpCode code) =>
        code.OperandType is OperandType.InlineR or OperandType.ShortInlineR
        || code.Name!.EndsWith(".r4", StringComparison.Ordinal) || code.Name.EndsWith(".r8", StringComparison.Ordinal) || code == OpCodes.Conv_R_Un;

    private bool RefersToFloat(EntityHandle token, FloatFinder isFloat)
    {
        switch (token.Kind)
        {
            case HandleKind.TypeReference:
                return isFloat.GetTypeFromReference(_metadata, (TypeReferenceHandle)token, 0);
            case HandleKind.TypeSpecification:
                return isFloat.GetTypeFromSpecification(_metadata, null, (TypeSpecificationHandle)token, 0);
            case HandleKind.MethodSpecification:
                var generic = _metadata.GetMethodSpecification((MethodSpecificationHandle)token);
                return generic.DecodeSignature(isFloat, null).Contains(true) || RefersToFloat(generic.Method, isFloat);
            case HandleKind.MemberReference:
                var member = _metadata.GetMemberReference((MemberReferenceHandle)token);
                return RefersToFloat(member.Parent, isFloat) || (member.GetKind() == MemberReferenceKind.Field
                    ? member.DecodeFieldSignature(isFloat, null)
                    : FloatFinder.In(member.DecodeMethodSignature(isFloat, null)));
            default:
                return false;
        }
    }

    private List<(OpCode Code, EntityHandle Token)> Instructions(MethodDefinitionHandle handle)
    {
        var found = new List<(OpCode, EntityHandle)>();
        var method = _metadata.GetMethodDefinition(handle);
        if (method.RelativeVirtualAddress == 0)
            return found;
        var il = _file.GetMethodBody(method.RelativeVirtualAddress).GetILReader();
        while (il.RemainingBytes > 0)
        {
            int value = il.ReadByte();
            if (value == 0xFE)
                value = (value << 8) | il.ReadByte();
            var code = OpCodesByValue[value];
            EntityHandle token = default;
            switch (code.OperandType)
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    token = MetadataTokens.EntityHandle(il.ReadInt32());
                    break;
                case OperandType.InlineSwitch:
                    var targets = il.ReadInt32();
                    il.Offset += 4 * targets;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    il.Offset += 8;
                    break;
                case OperandType.InlineVar:
                    il.Offset += 2;
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    il.Offset += 1;
                    break;
                default:
                    il.Offset += 4;
                    break;
            }

            found.Add((code, token));
        }

        return found;
    }

    private string? MemberOf(EntityHandle token)
    {
        if (token.Kind == HandleKind.MethodSpecification)
            token = _metadata.GetMethodSpecification((MethodSpecificationHandle)token).Method;
        if (token.Kind != HandleKind.MemberReference)
            return null;
        var member = _metadata.GetMemberReference((MemberReferenceHandle)token);
        return $"{NameOf(member.Parent)}.{_metadata.GetString(member.Name)}";
    }

    private string NameOf(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeReference:
                var reference = _metadata.GetTypeReference((TypeReferenceHandle)handle);
                return reference.ResolutionScope.Kind == HandleKind.TypeReference
                    ? $"{NameOf(reference.ResolutionScope)}.{_metadata.GetString(reference.Name)}"
                    : Dotted(reference.Namespace, reference.Name);
            case HandleKind.TypeDefinition:
                var type = _metadata.GetTypeDefinition((TypeDefinitionHandle)handle);
                return type.GetDeclaringType() is { IsNil: false } outer
                    ? $"{NameOf(outer)}.{_metadata.GetString(type.Name)}"
                    : Dotted(type.Namespace, type.Name);
            case HandleKind.MethodDefinition:
                var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                return $"{NameOf(method.GetDeclaringType())}.{_metadata.GetString(method.Name)}";
            default:
                return "a constructed type";
        }
    }

    private string Dotted(StringHandle space, StringHandle name) =>
        space.IsNil ? _metadata.GetString(name) : $"{_metadata.GetString(space)}.{_metadata.GetString(name)}";

    /// <summary>Decodes a signature to one answer: is there a binary floating-point number in it.</summary>
    private sealed class FloatFinder : ISignatureTypeProvider<bool, object?>
    {
        public static bool In(MethodSignature<bool> signature) => signature.ReturnType || signature.ParameterTypes.Contains(true);

        public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode is PrimitiveTypeCode.Double or PrimitiveTypeCode.Single;

        public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
        {
            var type = reader.GetTypeReference(handle);
            return reader.StringComparer.Equals(type.Namespace, "System") && reader.GetString(type.Name) is "Double" or "Single" or "Half";
        }

        public bool GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
            reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

        public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => genericType || typeArguments.Contains(true);

        public bool GetFunctionPointerType(MethodSignature<bool> signature) => In(signature);

        public bool GetArrayType(bool elementType, ArrayShape shape) => elementType;

        public bool GetSZArrayType(bool elementType) => elementType;

        public bool GetByReferenceType(bool elementType) => elementType;

        public bool GetPointerType(bool elementType) => elementType;

        public bool GetPinnedType(bool elementType) => elementType;

        public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => unmodifiedType;

        public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => false;

        public bool GetGenericTypeParameter(object? genericContext, int index) => false;

        public bool GetGenericMethodParameter(object? genericContext, int index) => false;
    }
}
