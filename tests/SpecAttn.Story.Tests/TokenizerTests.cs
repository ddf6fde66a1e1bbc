using System.Text;

namespace SpecAttn.Story.Tests;

public sealed class TokenizerTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("  two spaces, and a word that has no piece\n\t")]
    [InlineData("banana bandana")]
    [InlineData("é is a piece, ü is two bytes, € three, 😀 four")]
    [InlineData("<0x41> is text, not A")]
    [InlineData("\0\u007f")]
    public void Decode_EncodedText_IsTheText(string text)
    {
        Tokenizer tokenizer = Load(SyntheticModel.Tokens(
            300, " ", "a", "b", "n", "an", "ana", " b", "na", "é", "<0x4", "<", "0", "x", "4", "1>"));

        int[] tokens = tokenizer.Encode(text);

        Assert.Equal(Tokenizer.BeginOfText, tokens[0]);
        Assert.Equal(text, Decode(tokenizer, tokens));
    }

    [Fact]
    public void Encode_EmptyText_IsBeginOfTextAlone() =>
        Assert.Equal([Tokenizer.BeginOfText], Load(SyntheticModel.Tokens(300, " ")).Encode(""));

    [Fact]
    public void Encode_SeveralMerges_TakesTheBestScoreFirst()
    {
        // "abc" could become (ab)c; bc scores higher, and then nothing joins a and bc.
        (string, float)[] tokens =
            [.. SyntheticModel.Tokens(259), (" ", 0), ("a", 0), ("b", 0), ("c", 0), ("ab", -2), ("bc", -1), ("abd", 5)];

        Assert.Equal([1, 259, 260, 264], Load(tokens).Encode("abc"));
    }

    [Fact]
    public void Encode_EqualScores_MergesTheFirst()
    {
        (string, float)[] tokens = [.. SyntheticModel.Tokens(259), (" ", 0), ("a", 0), ("aa", 7)];

        Assert.Equal([1, 259, 261, 260], Load(tokens).Encode("aaa"));
    }

    [Fact]
    public void Encode_MergeOfMerges_GoesOn()
    {
        (string, float)[] tokens = [.. SyntheticModel.Tokens(259), (" ", 0), ("a", 0), ("aa", 1), ("aaaa", 2), (" aaaa", 3)];

        Assert.Equal([1, 263, 261], Load(tokens).Encode("aaaaaa"));
    }

    [Fact]
    public void Encode_CharacterWithoutPiece_BecomesItsBytes()
    {
        Tokenizer tokenizer = Load(SyntheticModel.Tokens(300, " "));

        Assert.Equal([1, 259, .. Encoding.UTF8.GetBytes("€").Select(value => value + 3)], tokenizer.Encode("€"));
    }

    [Fact]
    public void Encode_VocabularyWithoutBytes_GivesTheUnknownToken()
    {
        (string, float)[] tokens = [("<unk>", 0), ("<s>", 0), ("</s>", 0), (" ", 0), ("a", 0)];

        Assert.Equal([1, 3, 4, 0], Load(tokens).Encode("aq"));
    }

    [Fact]
    public void Decode_AfterBeginOfText_LosesOneSpace()
    {
        Tokenizer tokenizer = Load(SyntheticModel.Tokens(300, "  a"));

        Assert.Equal(" a"u8, tokenizer.Decode(Tokenizer.BeginOfText, 259));
        Assert.Equal("  a"u8, tokenizer.Decode(259, 259));
    }

    [Fact]
    public void Decode_ByteToken_IsTheByte()
    {
        Tokenizer tokenizer = Load(SyntheticModel.Tokens(259));

        for (int value = 0; value < 256; value++)
            Assert.Equal([(byte)value], tokenizer.Decode(0, value + 3).ToArray());
    }

    [Fact]
    public void Encode_RandomText_MergesAsDescribed()
    {
        (string Piece, float Score)[] tokens =
        [
            .. SyntheticModel.Tokens(259),
            (" ", 0), ("a", 0), ("b", 0), (" a", 2), ("ab", 1), ("ba", 1), ("aa", 3), ("bb", 0.5f),
            ("aab", 2), ("baa", 4), ("abab", 5), ("aabaa", 6),
        ];
        Tokenizer tokenizer = Load(tokens);
        var random = new Random(4);
        for (int length = 1; length <= 60; length++)
        {
            string text = string.Concat(Enumerable.Range(0, length).Select(_ => random.Next(2) == 0 ? 'a' : 'b'));
            Assert.Equal(MergeAsDescribed(text), tokenizer.Encode(text).Skip(1).Select(token => tokens[token].Piece));
        }

        // The description to the letter: look at every pair, join the best, begin again.
        List<string> MergeAsDescribed(string text)
        {
            Dictionary<string, float> scores = tokens.ToDictionary(token => token.Piece, token => token.Score);
            List<string> pieces = [.. (" " + text).Select(character => character.ToString())];
            while (true)
            {
                int[] pairs = [.. Enumerable.Range(0, pieces.Count - 1).Where(i => scores.ContainsKey(pieces[i] + pieces[i + 1]))];
                if (pairs.Length == 0)
                    return pieces;
                int best = pairs.MaxBy(i => scores[pieces[i] + pieces[i + 1]]);
                pieces[best] += pieces[best + 1];
                pieces.RemoveAt(best + 1);
            }
        }
    }

    private Tokenizer Load((string Piece, float Score)[] tokens) =>
        Tokenizer.Load(_folder.Write("tokenizer.bin", SyntheticModel.TokenizerBytes(tokens)), tokens.Length);

    private static string Decode(Tokenizer tokenizer, int[] tokens) =>
        Encoding.UTF8.GetString([.. tokens.Skip(1).SelectMany((token, i) => tokenizer.Decode(tokens[i], token).ToArray())]);
}
