using System.Globalization;
using System.Text;

namespace SpecAttn.Story;

/// <summary>Text to tokens and back: byte-pair merges by score, in the tokenizer format of llama2.c.</summary>
internal sealed class Tokenizer
{
    /// <summary>Begin of text; in what a model writes, it ends the text.</summary>
    public const int BeginOfText = 1;

    /// <summary>The unknown token, begin and end of text.</summary>
    public const int SmallestVocabulary = 3;

    private const int Unknown = 0;
    private const int FirstByteToken = 3;

    // Pieces are bytes, not always whole UTF-8 characters. As Latin-1 strings, a char per byte, they can be joined and looked up.
    private readonly string[] _pieces;
    private readonly float[] _scores;
    private readonly byte[][] _bytes;
    private readonly Dictionary<string, int> _tokens = [];

    private Tokenizer(string[] pieces, float[] scores)
    {
        _pieces = pieces;
        _scores = scores;
        _bytes = [.. pieces.Select(piece => IsByteToken(piece, out byte value) ? [value] : Encoding.Latin1.GetBytes(piece))];
        for (int token = 0; token < pieces.Length; token++)
            _tokens.TryAdd(pieces[token], token);
    }

    /// <summary>Reads a tokenizer.</summary>
    /// <param name="path">The file: int32 longest piece, then for each token float32 score, int32 length, bytes.</param>
    /// <param name="vocabularySize">Tokens of the model; the file does not say how many it holds.</param>
    /// <exception cref="StoryException">The file is damaged or of another vocabulary.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Tokenizer Load(string path, int vocabularySize)
    {
        using FileStream file = InputFile.Open(path);
        using var reader = new BinaryReader(file);

        Require(sizeof(int), "its header");
        int longest = reader.ReadInt32();
        if (longest < 1 || longest > file.Length)
        {
            throw new StoryException(
                $"{path}: the longest piece (at byte 0) is {longest} bytes, expected 1 to {file.Length}, the file has {file.Length} bytes");
        }

        // Lists, not arrays: a vocabulary that the file does not hold is found out before memory is taken for it.
        List<string> pieces = [];
        List<float> scores = [];
        while (pieces.Count < vocabularySize)
        {
            string token = $"token {pieces.Count} of {vocabularySize}";
            Require(sizeof(float) + sizeof(int), token);
            float score = reader.ReadSingle();
            if (!float.IsFinite(score))
                throw new StoryException($"{path}: {token} (at byte {file.Position - sizeof(float)}) has score {score}, expected a number");
            int length = reader.ReadInt32();
            if (length < 0 || length > longest)
            {
                throw new StoryException(
                    $"{path}: {token} (at byte {file.Position - sizeof(int)}) is {length} bytes long, expected 0 to {longest}");
            }

            Require(length, token);
            scores.Add(score);
            pieces.Add(Encoding.Latin1.GetString(reader.ReadBytes(length)));
        }

        if (file.Position != file.Length)
        {
            throw new StoryException(
                $"{path}: is too long, {vocabularySize} tokens take {file.Position} bytes, the file has {file.Length}");
        }

        return new Tokenizer([.. pieces], [.. scores]);

        void Require(int bytes, string what)
        {
            if (file.Length - file.Position < bytes)
            {
                throw new StoryException(
                    $"{path}: is cut off in {what}, expected {bytes} bytes at byte {file.Position}, the file has {file.Length} bytes");
            }
        }
    }

    /// <summary>Begin-of-text, then the text's tokens. A text that is not empty is read as if a space came before it.</summary>
    public int[] Encode(string text)
    {
        List<int> tokens = [];
        if (text.Length > 0)
        {
            foreach (Rune rune in (" " + text).EnumerateRunes())
                AddCharacter(tokens, rune);
            Merge(tokens);
        }

        return [BeginOfText, .. tokens];
    }

    /// <summary>What a token adds to the text. The first token of a text loses the space that <see cref="Encode"/> put before it.</summary>
    public ReadOnlySpan<byte> Decode(int previous, int token)
    {
        ReadOnlySpan<byte> bytes = _bytes[token];
        return previous == BeginOfText && bytes.StartsWith((byte)' ') ? bytes[1..] : bytes;
    }

    private void AddCharacter(List<int> tokens, Rune character)
    {
        Span<byte> utf8 = stackalloc byte[4];
        utf8 = utf8[..character.EncodeToUtf8(utf8)];
        if (_tokens.TryGetValue(Encoding.Latin1.GetString(utf8), out int token))
        {
            tokens.Add(token);
            return;
        }

        foreach (byte value in utf8)
        {
            int byteToken = FirstByteToken + value;
            bool exists = byteToken < _pieces.Length && IsByteToken(_pieces[byteToken], out byte named) && named == value;
            tokens.Add(exists ? byteToken : Unknown);
        }
    }

    /// <summary>
    /// Again and again replaces the adjacent pair whose joined piece has the highest score, the first of them where scores are equal.
    /// </summary>
    private void Merge(List<int> tokens)
    {
        // The token that tokens i and i + 1 make together. Kept, because a merge changes only the pairs beside it.
        List<int?> merged = [.. Enumerable.Range(0, tokens.Count - 1).Select(i => Join(tokens, i))];
        while (true)
        {
            int? best = null;
            int bestIndex = 0;
            for (int i = 0; i < merged.Count; i++)
            {
                if (merged[i] is { } token && (best is null || _scores[token] > _scores[best.Value]))
                    (best, bestIndex) = (token, i);
            }

            if (best is null)
                return;
            tokens[bestIndex] = best.Value;
            tokens.RemoveAt(bestIndex + 1);
            merged.RemoveAt(bestIndex);
            if (bestIndex > 0)
                merged[bestIndex - 1] = Join(tokens, bestIndex - 1);
            if (bestIndex < merged.Count)
                merged[bestIndex] = Join(tokens, bestIndex);
        }
    }

    private int? Join(List<int> tokens, int index) =>
        _tokens.TryGetValue(_pieces[tokens[index]] + _pieces[tokens[index + 1]], out int token) ? token : null;

    /// <summary>Whether a piece stands for one byte: <c>&lt;0xNN&gt;</c>.</summary>
    private static bool IsByteToken(string piece, out byte value)
    {
        value = 0;
        return piece.Length == 6 && piece.StartsWith("<0x", StringComparison.Ordinal) && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
