using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using SpecAttn.Generator.Diagnostics;
using SpecAttn.Generator.Tests.Support;

namespace SpecAttn.Generator.Tests.CodeFixes;

/// <summary>Applies a code fix as an editor does.</summary>
internal static class CodeFixRunner
{
    /// <summary>The titles of what a provider offers for the first diagnostic of an id, and the files after one of them was chosen.</summary>
    public static async Task<(string[] Titles, string[] Sources)> RunAsync(CodeFixProvider provider, string id, int choice, params string[] sources)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using var workspace = new AdhocWorkspace();
        CSharpCompilation compilation = TestCompiler.Compile(sources);
        Project project = workspace.AddProject("Test", LanguageNames.CSharp)
            .WithCompilationOptions(compilation.Options)
            .WithParseOptions(compilation.SyntaxTrees[0].Options)
            .WithMetadataReferences(compilation.References);
        for (int i = 0; i < sources.Length; i++)
            project = project.AddDocument($"Source{i}.cs", sources[i]).Project;

        Diagnostic diagnostic = (await DiagnosticsOf(project, cancellation)).First(diagnostic => diagnostic.Id == id);
        Assert.Contains(id, provider.FixableDiagnosticIds);
        Document document = project.GetDocument(diagnostic.Location.SourceTree)!;
        var actions = new List<CodeAction>();
        await provider.RegisterCodeFixesAsync(new CodeFixContext(document, diagnostic, (action, _) => actions.Add(action), cancellation));
        if (actions.Count == 0)
            return ([], sources);

        ImmutableArray<CodeActionOperation> operations = await actions[choice].GetOperationsAsync(cancellation);
        Solution changed = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
        string[] texts = [.. await Task.WhenAll(changed.GetProject(project.Id)!.Documents.Select(async file => (await file.GetTextAsync(cancellation)).ToString().ReplaceLineEndings("\n")))];
        return ([.. actions.Select(action => action.Title)], texts);
    }

    private static async Task<IEnumerable<Diagnostic>> DiagnosticsOf(Project project, CancellationToken cancellation)
    {
        Compilation compilation = (await project.GetCompilationAsync(cancellation))!;
        ImmutableArray<Diagnostic> reported = await compilation.WithAnalyzers([new AttentionMethodAnalyzer()]).GetAllDiagnosticsAsync(cancellation);
        return reported.Where(diagnostic => diagnostic.Location.IsInSource);
    }
}
