namespace SpecAttn.Generator.Tests.Support;

/// <summary>The files of the repository in which the tests were built.</summary>
internal static class Repository
{
    private static readonly string s_root = FindRoot();

    /// <summary>Full path of a file.</summary>
    /// <param name="path">Its path from the repository's root.</param>
    public static string PathOf(string path) => Path.Combine(s_root, path);

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SpecAttn.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds SpecAttn.sln.");
    }
}
