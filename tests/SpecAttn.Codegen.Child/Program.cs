using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

// What the JIT says goes where environment variables send it.
Assembly assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(args[0]);
if (args.Length > 1)
{
    // Runs a method of the class Calls.
    assembly.GetType("Calls", throwOnError: true)!.GetMethod(args[1])!.Invoke(null, null);
    return;
}

// Has the JIT compile every kernel method of an assembly, without running any.
foreach (Type kernel in assembly.GetTypes())
{
    foreach (MethodInfo method in kernel.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
    {
        if ((method.MethodImplementationFlags & MethodImplAttributes.AggressiveOptimization) != 0)
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
    }
}
