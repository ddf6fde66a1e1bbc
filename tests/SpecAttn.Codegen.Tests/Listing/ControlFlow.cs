namespace SpecAttn.Codegen.Tests.Listing;

/// <summary>
/// The loops of a method, found from its listing. A jump backwards is not enough: the JIT moves blocks about, so that some jumps
/// backwards close no loop. A loop is what lies between an edge to a block that dominates the edge's origin, and that block.
/// </summary>
internal sealed class ControlFlow
{
    private readonly List<List<string>> _blocks = [];
    private readonly List<List<int>> _successors = [];
    private readonly List<List<int>> _predecessors = [];
    private readonly int[] _dominator;
    private readonly int[] _order;

    private ControlFlow(MethodListing method, MachineSyntax syntax)
    {
        Connect(SplitIntoBlocks(method, syntax), syntax);
        (_order, int[] postOrder) = Number();
        _dominator = FindDominators(postOrder);
    }

    /// <summary>The instructions of each loop that has no other loop inside, in the order of the listing.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> InnermostLoops(MethodListing method, MachineSyntax syntax)
    {
        var flow = new ControlFlow(method, syntax);
        Dictionary<int, HashSet<int>> loops = flow.FindLoops();
        return
        [
            .. loops
                .Where(loop => !loops.Keys.Any(header => header != loop.Key && loop.Value.Contains(header)))
                .OrderBy(loop => loop.Key)
                .Select(loop => loop.Value.Order().SelectMany(block => flow._blocks[block]).ToArray()),
        ];
    }

    // A block starts at a label and after a jump. Returns the block that each label starts.
    private Dictionary<string, int> SplitIntoBlocks(MethodListing method, MachineSyntax syntax)
    {
        var labels = new Dictionary<string, int>();
        bool startsBlock = true;
        foreach (string line in method.Lines)
        {
            string? label = MethodListing.LabelOf(line);
            if (startsBlock || label is not null)
                _blocks.Add([]);
            startsBlock = false;
            if (label is not null)
            {
                labels.Add(label, _blocks.Count - 1);
                continue;
            }

            _blocks[^1].Add(line);
            startsBlock = syntax.IsJump(line) || syntax.IsReturn(line);
        }

        return labels;
    }

    private void Connect(Dictionary<string, int> labels, MachineSyntax syntax)
    {
        for (int block = 0; block < _blocks.Count; block++)
        {
            _successors.Add([]);
            _predecessors.Add([]);
        }

        for (int block = 0; block < _blocks.Count; block++)
        {
            string last = _blocks[block].LastOrDefault() ?? "";
            if (syntax.IsJump(last))
                Join(block, labels[MethodListing.TargetOf(last) ?? throw new InvalidDataException($"'{last}' jumps nowhere.")]);
            if (!syntax.IsUnconditional(last) && !syntax.IsReturn(last) && block + 1 < _blocks.Count)
                Join(block, block + 1);
        }

        void Join(int from, int to)
        {
            _successors[from].Add(to);
            _predecessors[to].Add(from);
        }
    }

    // The place of each block in depth-first post-order, -1 when it is never reached, and that order itself.
    private (int[] Order, int[] PostOrder) Number()
    {
        int[] order = new int[_blocks.Count];
        Array.Fill(order, -1);
        var postOrder = new List<int>();
        var seen = new HashSet<int> { 0 };
        var open = new Stack<(int Block, int Next)>();
        open.Push((0, 0));
        while (open.TryPop(out (int Block, int Next) top))
        {
            if (top.Next == _successors[top.Block].Count)
            {
                order[top.Block] = postOrder.Count;
                postOrder.Add(top.Block);
                continue;
            }

            open.Push((top.Block, top.Next + 1));
            int next = _successors[top.Block][top.Next];
            if (seen.Add(next))
                open.Push((next, 0));
        }

        return (order, [.. postOrder]);
    }

    // The nearest dominator of each block, by iteration to a fixed point (Cooper, Harvey and Kennedy 2001).
    private int[] FindDominators(int[] postOrder)
    {
        int[] dominator = new int[_blocks.Count];
        Array.Fill(dominator, -1);
        dominator[0] = 0;
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (int block in postOrder.Reverse().Where(block => block != 0))
            {
                int common = _predecessors[block].Where(from => dominator[from] >= 0).Aggregate((a, b) => Meet(a, b));
                changed |= dominator[block] != common;
                dominator[block] = common;
            }
        }

        return dominator;

        int Meet(int a, int b)
        {
            while (a != b)
            {
                while (_order[a] < _order[b])
                    a = dominator[a];
                while (_order[b] < _order[a])
                    b = dominator[b];
            }

            return a;
        }
    }

    // Header and blocks of every loop.
    private Dictionary<int, HashSet<int>> FindLoops()
    {
        var loops = new Dictionary<int, HashSet<int>>();
        for (int block = 0; block < _blocks.Count; block++)
        {
            foreach (int header in _successors[block].Where(header => Dominates(header, block)))
            {
                if (!loops.TryGetValue(header, out HashSet<int>? body))
                    loops.Add(header, body = [header]);
                AddWithPredecessors(body, block);
            }
        }

        return loops;
    }

    private void AddWithPredecessors(HashSet<int> body, int block)
    {
        var open = new Stack<int>([block]);
        while (open.TryPop(out int next))
        {
            if (!body.Add(next))
                continue;
            foreach (int from in _predecessors[next])
                open.Push(from);
        }
    }

    private bool Dominates(int dominator, int block)
    {
        if (_order[block] < 0)
            return false;
        while (block != dominator && block != 0)
            block = _dominator[block];
        return block == dominator;
    }
}
