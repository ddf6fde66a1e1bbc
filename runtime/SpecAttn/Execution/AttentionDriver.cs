using SpecAttn.Kernels;

namespace SpecAttn.Execution;

internal static class AttentionDriver
{
    public static void Run<TKernel>(in AttentionProblem problem, int parallelism) where TKernel : struct, IAttentionKernel =>
        throw new NotImplementedException();
}
