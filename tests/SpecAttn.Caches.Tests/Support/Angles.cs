namespace SpecAttn.Caches.Tests.Support;

/// <summary>Tables of rotary embedding.</summary>
internal static class Angles
{
    /// <returns>[positions, pairs] cosines and sines.</returns>
    public static (float[] Cos, float[] Sin) Tables(int positions, int pairs)
    {
        var cos = new float[positions * pairs];
        var sin = new float[positions * pairs];
        for (int i = 0; i < cos.Length; i++)
        {
            double angle = (i / pairs) * Math.Pow(10000, -(double)(i % pairs) / pairs);
            (cos[i], sin[i]) = ((float)Math.Cos(angle), (float)Math.Sin(angle));
        }
        return (cos, sin);
    }
}
