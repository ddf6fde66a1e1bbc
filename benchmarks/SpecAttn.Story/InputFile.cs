namespace SpecAttn.Story;

/// <summary>Opens what the user names.</summary>
internal static class InputFile
{
    /// <summary>Opens a file whose length is known.</summary>
    /// <exception cref="StoryException">The path cannot be one of a file, or is that of a pipe or terminal.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Nor may it be.</exception>
    public static FileStream Open(string path)
    {
        if (path.Length == 0 || path.Contains('\0'))
            throw new StoryException("the path of a file is empty or holds a zero character");
        FileStream file = File.OpenRead(path);
        if (file.CanSeek)
            return file;
        file.Dispose();
        throw new StoryException($"{path}: is not a regular file");
    }
}
