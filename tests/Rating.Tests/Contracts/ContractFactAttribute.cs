using System.ComponentModel;
using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Rating.Tests.Contracts;

/// <summary>A test that is skipped in classes whose <see cref="NeedsAttribute"/> misses something: an inherited contract test cannot know its class.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Rating.Tests.Contracts." + nameof(ContractFactDiscoverer), "Rating.Tests")]
public sealed class ContractFactAttribute : FactAttribute;

/// <summary>A theory that is skipped in classes whose <see cref="NeedsAttribute"/> misses something.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Rating.Tests.Contracts." + nameof(ContractTheoryDiscoverer), "Rating.Tests")]
public sealed class ContractTheoryAttribute : TheoryAttribute;

/// <summary>Finds <see cref="ContractFactAttribute"/>.</summary>
public sealed class ContractFactDiscoverer(IMessageSink diagnostics) : FactDiscoverer(diagnostics)
{
    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        new ContractTestCase(DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod);
}

/// <summary>Finds <see cref="ContractTheoryAttribute"/>.</summary>
public sealed class ContractTheoryDiscoverer(IMessageSink diagnostics) : TheoryDiscoverer(diagnostics)
{
    protected override IEnumerable<IXunitTestCase> CreateTestCasesForDataRow(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute, object[] dataRow) =>
        [new ContractTestCase(DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod, dataRow)];
}

/// <summary>A test case that asks its class what it needs.</summary>
public sealed class ContractTestCase : XunitTestCase
{
    [EditorBrowsable(EditorBrowsableState.Never)]
    [Obsolete("For deserialization only.")]
    public ContractTestCase()
    {
    }

    public ContractTestCase(IMessageSink diagnostics, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method, object[]? arguments = null)
        : base(diagnostics, display, options, method, arguments)
    {
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute) =>
        base.GetSkipReason(factAttribute) ?? (TestMethod.TestClass.Class as IReflectionTypeInfo)?.Type.GetCustomAttribute<NeedsAttribute>()?.Missing!;
}
