namespace SpecAttn.Execution;

/// <summary>The lengths that the shape of a bias, a mask or the weights must go with.</summary>
internal readonly record struct ScoreShape(int Batch, int Heads, int QueryLength, int KeyLength)
{
    /// <summary>Checks the shape of a bias or a mask and sets its strides.</summary>
    /// <param name="tensor">What the caller passed.</param>
    /// <param name="parameter">What it is called.</param>
    /// <param name="strided">Its strides are set.</param>
    public void Resolve(ref readonly TensorView tensor, string parameter, ref ScoreTensor strided)
    {
        // Without sequences nothing says how long they would be.
        if (Batch == 0)
            return;
        if (tensor.HasShape)
            ResolveTensorSpan(in tensor, parameter, ref strided);
        else
            ResolveSpan(in tensor, parameter, ref strided);
    }

    /// <summary>Checks the shape of the weights, which have all dimensions in full, and sets their strides.</summary>
    /// <inheritdoc cref="Resolve"/>
    public void ResolveOutput(ref readonly TensorView tensor, string parameter, ref ScoreTensor strided)
    {
        if (Batch == 0 && tensor.Count == 0)
            return;
        if (tensor.HasShape)
        {
            if ((tensor.Rank != 4 && (tensor.Rank != 3 || Batch != 1))
                || tensor.Lengths[0] != Batch
                || tensor.Lengths[1] != Heads
                || tensor.Lengths[2] != QueryLength
                || tensor.Lengths[3] != KeyLength)
            {
                ShapeError.ThrowWeights(in tensor, parameter, this);
            }
            ResolveTensorSpan(in tensor, parameter, ref strided);
            return;
        }

        Int128 head = (Int128)QueryLength * KeyLength;
        if (tensor.Count != head * Heads * Batch)
            ShapeError.ThrowWeights(in tensor, parameter, this);
        strided.KeyStride = 1;
        strided.QueryStride = KeyLength;
        strided.HeadStride = (nint)head;
        strided.BatchStride = (nint)head * Heads;
    }

    private void ResolveSpan(ref readonly TensorView span, string parameter, ref ScoreTensor strided)
    {
        // As Int128: the product of lengths may exceed a long.
        Int128 head = (Int128)QueryLength * KeyLength;
        bool hasHeads = span.Count != head;
        bool hasBatch = hasHeads && span.Count != head * Heads;
        if (hasBatch && span.Count != head * Heads * Batch)
            ShapeError.ThrowScores(in span, parameter, this);

        strided.KeyStride = 1;
        strided.QueryStride = KeyLength;
        strided.HeadStride = hasHeads ? (nint)head : 0;
        strided.BatchStride = hasBatch ? (nint)head * Heads : 0;
    }

    private void ResolveTensorSpan(ref readonly TensorView tensor, string parameter, ref ScoreTensor strided)
    {
        if (tensor.Rank is < 2 or > 4
            || !Fits(tensor.Lengths[0], Batch)
            || !Fits(tensor.Lengths[1], Heads)
            || !Fits(tensor.Lengths[2], QueryLength)
            || tensor.Lengths[3] > Math.Max(KeyLength, 1))
        {
            ShapeError.ThrowScores(in tensor, parameter, this);
        }
        if (tensor.Lengths[3] > 1 && tensor.Count != 0 && tensor.Strides[3] != 1)
            ShapeError.ThrowLastStride(in tensor, parameter);

        // The stride of a dimension of length 1 is 0 already.
        strided.BatchStride = tensor.Strides[0];
        strided.HeadStride = tensor.Strides[1];
        strided.QueryStride = tensor.Strides[2];
        strided.KeyStride = tensor.Strides[3];
        strided.MissingKeys = tensor.Lengths[3] == 1 ? 0 : KeyLength - (int)tensor.Lengths[3];

        static bool Fits(nint length, int expected) => length == expected || length == 1;
    }
}
