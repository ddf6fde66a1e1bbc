namespace SpecAttn.Kernels.Tests;

/// <summary>Where the sources of this test run lie.</summary>
internal static class Repository
{
    /// <summary>The folder with <c>SpecAttn.sln</c>, found upwards from the test's own.</summary>
    public static string Root { get; } = Find();

    /// <summary>A file or folder of the material that may lie beside the repository.</summary>
    public static string Shared(string name) => Path.Combine(Root, "..", "shared", name);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SpecAttn.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"SpecAttn.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
