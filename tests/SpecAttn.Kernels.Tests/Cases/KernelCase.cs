using System.Reflection;
using SpecAttn.Kernels.Declared;
using SpecAttn.Kernels.Tests.Calls;
using SpecAttn.Kernels.Tests.Reference;

namespace SpecAttn.Kernels.Tests.Cases;

/// <summary>One declared kernel behind the call shape that all kernels share. What it computes and takes is read off its declaration.</summary>
internal sealed class KernelCase
{
    private readonly Dictionary<string, Type> _parameters;
    private readonly Action<CallArguments> _invoke;

    /// <param name="name">Name of a method of <see cref="DeclaredKernels"/>.</param>
    /// <param name="invoke">Calls that method with the arguments it declares.</param>
    /// <param name="user">What its score and visibility functions compute, if it has any.</param>
    public KernelCase(string name, Action<CallArguments> invoke, UserRules? user = null)
    {
        MethodInfo method = typeof(DeclaredKernels).GetMethod(name)!;
        Name = name;
        User = user;
        Declaration = method.GetCustomAttribute<AttentionAttribute>()!;
        _parameters = method.GetParameters().ToDictionary(parameter => parameter.Name!, parameter => parameter.ParameterType);
        _invoke = invoke;
        Geometry = new HeadGeometry(
            Declaration.Heads,
            Declaration.KeyValueHeads == 0 ? Declaration.Heads : Declaration.KeyValueHeads,
            Declaration.HeadDim,
            Declaration.ValueDim == 0 ? Declaration.HeadDim : Declaration.ValueDim);
    }

    public string Name { get; }

    public AttentionAttribute Declaration { get; }

    public UserRules? User { get; }

    public HeadGeometry Geometry { get; }

    /// <summary>Whether query, key and value are one argument, so that there are as many keys as queries.</summary>
    public bool IsPacked => Has("queryKeyValue");

    /// <summary>Whether a call can hold more than one sequence: by the parameter, because there are segments, or because the queries are a tensor that says how many.</summary>
    public bool HasBatch => Has("batch") || HasSegments || IsTensor(IsPacked ? "queryKeyValue" : "query");

    /// <summary>Whether sequences are segments of one row of tokens.</summary>
    public bool HasSegments => Has("querySegments");

    public bool HasRotary => Declaration.Rotary != RotaryStyle.None;

    public bool IsCausal => Declaration.Mask == AttentionMask.Causal;

    public bool Has(string parameter) => _parameters.ContainsKey(parameter);

    /// <summary>Whether the parameter is a tensor span, which brings its own shape and strides.</summary>
    public bool IsTensor(string parameter) => _parameters[parameter].Name.Contains("TensorSpan", StringComparison.Ordinal);

    /// <summary>Type of the elements of a span or tensor span.</summary>
    public Type ElementOf(string parameter) => _parameters[parameter].GetGenericArguments()[0];

    public void Invoke(CallArguments arguments) => _invoke(arguments);

    public override string ToString() => Name;
}
