using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

// Has the JIT compile every kernel method of an assembly, without running any. What the JIT says goes where environment variables send it.
Assembly kernels = AssemblyLoadContext.Default.LoadFromAssemblyPath(args[0]);
foreach (Type kernel in kernels.GetTypes())
{
    foreach (MethodInfo method in kernel.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
    {
        if ((method.MethodImplementationFlags & MethodImplAttributes.AggressiveOptimization) != 0)
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
    }
}
