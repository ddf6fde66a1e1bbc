namespace SpecAttn.Story;

/// <summary>Something is wrong with what the user gave, and the one-line message says what. It ends the program without a trace.</summary>
internal sealed class StoryException(string message) : Exception(message);
