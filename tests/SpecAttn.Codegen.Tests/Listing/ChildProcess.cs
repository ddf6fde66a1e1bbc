using System.Diagnostics;

namespace SpecAttn.Codegen.Tests.Listing;

/// <summary>A process of its own in which the JIT writes down what it compiles.</summary>
internal static class ChildProcess
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs it, and returns the lines that the JIT wrote.</summary>
    /// <param name="image">The assembly it loads.</param>
    /// <param name="arguments">What it is to do with that.</param>
    /// <param name="settings">Environment variables.</param>
    public static string[] Run(byte[] image, string[] arguments, IReadOnlyDictionary<string, string> settings)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("specattn-codegen-");
        try
        {
            string assembly = Path.Combine(folder.FullName, "Kernels.dll");
            string listing = Path.Combine(folder.FullName, "listing.txt");
            File.WriteAllBytes(assembly, image);
            Run(assembly, arguments, settings, listing);
            return File.ReadAllLines(listing);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Run(string assembly, string[] arguments, IReadOnlyDictionary<string, string> settings, string listing)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "SpecAttn.Codegen.Child.dll"), assembly, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            Environment = { ["DOTNET_JitStdOutFile"] = listing, ["DOTNET_JitDisasmSummary"] = "1" },
        };
        foreach ((string name, string value) in settings)
            start.Environment[name] = value;

        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync();
        Task<string> error = child.StandardError.ReadToEndAsync();
        string what = $"The child process ({string.Join(", ", arguments.Concat(settings.Select(setting => $"{setting.Key}={setting.Value}")))})";
        if (!child.WaitForExit(s_patience))
        {
            child.Kill(entireProcessTree: true);
            throw new TimeoutException($"{what} did not end within {s_patience}.");
        }

        Assert.True(child.ExitCode == 0, $"{what} ended with {child.ExitCode}.\n{output.Result}\n{error.Result}");
    }
}
