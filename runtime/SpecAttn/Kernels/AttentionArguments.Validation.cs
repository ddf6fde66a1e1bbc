using SpecAttn.Execution;

namespace SpecAttn.Kernels;

public ref partial struct AttentionArguments
{
    private readonly unsafe bool Prepare(ref AttentionProblem problem, float* queryKeyValue) => throw new NotImplementedException();
}
