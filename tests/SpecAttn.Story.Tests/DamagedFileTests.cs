using System.Buffers.Binary;

namespace SpecAttn.Story.Tests;

/// <summary>Whatever is wrong with a file is one line that names the file and the trouble, and costs no memory.</summary>
public sealed class DamagedFileTests : IDisposable
{
    private static readonly string[] s_fields = ["dim", "hidden_dim", "n_layers", "n_heads", "n_kv_heads", "vocab_size", "seq_len"];

    private readonly ScratchFolder _folder = new();
    private readonly SyntheticModel _model = SyntheticModel.Random(new(8, 4, 8), layers: 2, ownClassifier: true);
    private readonly byte[] _checkpoint;
    private readonly byte[] _tokenizer;

    public DamagedFileTests()
    {
        _checkpoint = _model.CheckpointBytes;
        _tokenizer = SyntheticModel.TokenizerBytes(SyntheticModel.Tokens(300, " ", "a"));
    }

    public static TheoryData<int> Fields => [.. Enumerable.Range(0, 7)];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_UndamagedFiles_Works() => Assert.Equal(0, Run(_checkpoint, _tokenizer).ExitCode);

    [Fact]
    public void Load_CheckpointCutAtAnyBoundary_SaysBothLengths()
    {
        foreach (int boundary in _model.Boundaries)
        {
            foreach (int length in (int[])[boundary - 1, boundary, boundary + 1])
            {
                if (length < 0 || length == _checkpoint.Length)
                    continue;
                int expected = length < 28 ? 28 : _checkpoint.Length;
                byte[] damaged = new byte[length];
                _checkpoint.AsSpan(0, Math.Min(length, _checkpoint.Length)).CopyTo(damaged);
                Run(damaged, _tokenizer).AssertOneLineError("checkpoint.bin", $" {expected} bytes", $"the file has {length}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void Load_HeaderFieldOutOfRange_NamesTheField(int field)
    {
        foreach (int value in (int[])[0, int.MinValue, int.MaxValue, 1 << 28, 0x7F800000])
            AssertHeaderError(field, value, s_fields[field], $"is {value}");
        if (s_fields[field] != "vocab_size")
            AssertHeaderError(field, -1, s_fields[field], "is -1");
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void Load_HeaderFieldOfAnotherModel_IsAnError(int field)
    {
        int right = _model.Header[field];
        foreach (int value in (int[])[right - 1, right + 1, 2 * right, right / 2, -right])
            AssertHeaderError(field, value, "checkpoint.bin");
    }

    // Every combination of the largest fields that the format allows: the sum of sizes must not wrap around to something harmless.
    [Fact]
    public void Load_LargestHeader_SaysBothLengths()
    {
        int[] header = [1 << 16, 1 << 20, 1 << 12, 1 << 12, 1 << 12, 1 << 22, 1 << 24];
        byte[] damaged = new byte[28];
        for (int i = 0; i < header.Length; i++)
            BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(i * 4), header[i]);

        Run(damaged, _tokenizer).AssertOneLineError("checkpoint.bin", " bytes, the file has 28");
    }

    [Fact]
    public void Load_HeadsThatAreNotCompiledIn_ListsThoseThatAre()
    {
        Run(SyntheticModel.Random(new(2, 1, 10)).CheckpointBytes, _tokenizer)
            .AssertOneLineError("checkpoint.bin", "2/1/10", "8/4/8, 6/6/48, 8/8/64, 12/12/64, 32/4/64, 32/32/128", "[Attention]");
    }

    [Fact]
    public void Load_OddHead_IsAnError() =>
        Run(SyntheticModel.Random(new(2, 1, 3)).CheckpointBytes, _tokenizer).AssertOneLineError("checkpoint.bin", "3 elements", "even");

    [Fact]
    public void Load_VersionedCheckpoint_SaysSo()
    {
        byte[] versioned = [.. "24ka"u8, 1, 0, 0, 0, .. _checkpoint];

        Run(versioned, _tokenizer).AssertOneLineError("checkpoint.bin", "version 0");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Run_WeightThatIsNotFinite_IsAnError(float weight)
    {
        Array.Fill(_model["final norm"], weight);

        Run(_model.CheckpointBytes, _tokenizer).AssertOneLineError("checkpoint.bin", "not finite");
    }

    [Fact]
    public void Load_TokenizerCutAtAnyByte_SaysHowLongItIs()
    {
        byte[] whole = SyntheticModel.TokenizerBytes([("<unk>", 0), ("<s>", 0), ("</s>", 0), (" ", 0), ("ab", -1)]);
        for (int length = 0; length < whole.Length; length++)
        {
            string path = _folder.Write("cut.bin", whole[..length]);
            string message = Assert.Throws<StoryException>(() => Tokenizer.Load(path, vocabularySize: 5)).Message;
            Assert.Contains(path, message, StringComparison.Ordinal);
            Assert.Contains($"the file has {length} bytes", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Run_TokenizerOfFewerTokens_SaysWhereItEnds() =>
        Run(_checkpoint, SyntheticModel.TokenizerBytes(SyntheticModel.Tokens(299)))
            .AssertOneLineError("tokenizer.bin", "is cut off in token 299 of 300");

    [Fact]
    public void Load_TokenizerWithMoreTokens_SaysBothLengths() =>
        Run(_checkpoint, [.. _tokenizer, 0]).AssertOneLineError(
            "tokenizer.bin", "is too long", $"take {_tokenizer.Length} bytes", $"the file has {_tokenizer.Length + 1}");

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void Load_TokenizerWithNonsensicalLongestPiece_IsAnError(int longest)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_tokenizer, longest);

        Run(_checkpoint, _tokenizer).AssertOneLineError("tokenizer.bin", $"{longest} bytes", "expected 1 to");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(100)]
    public void Load_TokenizerWithNonsensicalLength_NamesTheToken(int length)
    {
        // Header, token 0 (score, length, "<unk>"), then the score of token 1.
        const int LengthOfToken1 = 4 + 8 + 5 + 4;
        BinaryPrimitives.WriteInt32LittleEndian(_tokenizer.AsSpan(LengthOfToken1), length);

        Run(_checkpoint, _tokenizer)
            .AssertOneLineError("tokenizer.bin", "token 1 of 300", $"at byte {LengthOfToken1}", $"is {length} bytes");
    }

    [Fact]
    public void Load_TokenizerWithScoreNaN_NamesTheToken()
    {
        BinaryPrimitives.WriteSingleLittleEndian(_tokenizer.AsSpan(4), float.NaN);

        Run(_checkpoint, _tokenizer).AssertOneLineError("tokenizer.bin", "token 0 of 300", "score NaN");
    }

    [Fact]
    public void Run_FilesTheWrongWayRound_IsAnError() => Run(_tokenizer, _checkpoint).AssertOneLineError("checkpoint.bin", "header field");

    [Fact]
    public void Run_MissingFile_IsAnError()
    {
        string missing = Path.Combine(_folder.FullName, "missing.bin");
        string present = _folder.Write("checkpoint.bin", _checkpoint);

        Outcome.Of(missing, missing).AssertOneLineError("missing.bin");
        Outcome.Of(present, missing).AssertOneLineError("missing.bin");
        Outcome.Of(_folder.FullName, missing).AssertOneLineError(_folder.FullName);
        Outcome.Of("", missing).AssertOneLineError("path");
    }

    private void AssertHeaderError(int field, int value, params string[] parts)
    {
        byte[] damaged = [.. _checkpoint];
        BinaryPrimitives.WriteInt32LittleEndian(damaged.AsSpan(field * 4), value);
        string path = _folder.Write("checkpoint.bin", damaged);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<StoryException>(() => Checkpoint.Load(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Outcome.Of(path, path).AssertOneLineError(["checkpoint.bin", .. parts]);
    }

    private Outcome Run(byte[] checkpoint, byte[] tokenizer) =>
        Outcome.Of(_folder.Write("checkpoint.bin", checkpoint), _folder.Write("tokenizer.bin", tokenizer), "--steps", "2");
}
