namespace SpecAttn.Generator.Scoring.Translation;

/// <summary>What statements return: on some ways through them a value, on the others nothing yet, and what follows decides.</summary>
internal abstract record Completion
{
    /// <summary>Nothing is returned, on no way.</summary>
    public static readonly Completion None = new NothingReturned();

    /// <summary>Whether a value is returned on every way.</summary>
    public abstract bool Ends { get; }

    public static Completion Return(int value) => new ValueReturned(value);

    public static Completion Choose(int condition, Completion whenTrue, Completion whenFalse) =>
        whenTrue == None && whenFalse == None ? None : new EitherReturned(condition, whenTrue, whenFalse);

    public Completion Then(Completion following) => this == None ? following : following == None ? this : new Continued(this, following);

    /// <summary>The node of the value that is returned.</summary>
    /// <param name="algebra">Puts the nodes together.</param>
    /// <param name="following">The value that is returned where these statements return nothing.</param>
    public abstract int Build(ScoreAlgebra algebra, int following);

    private sealed record NothingReturned : Completion
    {
        public override bool Ends => false;

        public override int Build(ScoreAlgebra algebra, int following) => following;
    }

    private sealed record ValueReturned(int Value) : Completion
    {
        public override bool Ends => true;

        public override int Build(ScoreAlgebra algebra, int following) => Value;
    }

    private sealed record EitherReturned(int Condition, Completion WhenTrue, Completion WhenFalse) : Completion
    {
        public override bool Ends => WhenTrue.Ends && WhenFalse.Ends;

        public override int Build(ScoreAlgebra algebra, int following) =>
            algebra.Select(Condition, WhenTrue.Build(algebra, following), WhenFalse.Build(algebra, following));
    }

    private sealed record Continued(Completion First, Completion Second) : Completion
    {
        public override bool Ends => Second.Ends;

        public override int Build(ScoreAlgebra algebra, int following) => First.Build(algebra, Second.Build(algebra, following));
    }
}
