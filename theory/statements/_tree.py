"""Hypotheses and abbreviations of the token-level claims: a response tree, and one update on it."""

from theory.statements._prelude import *
from theory.statements import _common as common
from theory.tree import PREFIX, TREE, branching, ending, indicators, root, rooted, size, whole

# -- the tree ------------------------------------------------------------------------------------

ROOTED = Hypothesis("rooted", rooted(), "every response begins with the empty prefix, of length 0")
BRANCHING = Hypothesis(
    "branching", branching(), "a response goes on with exactly one token, T tokens at most"
)
ENDING = Hypothesis("ending", ending(), "exactly one response begins with a complete prefix")
INDICATORS = Hypothesis("indicators", indicators(), "a response begins with a prefix or does not")
SHAPE = (ROOTED, BRANCHING, ENDING)

# -- the policy, during one update ---------------------------------------------------------------

NORMALISED = Hypothesis(
    "normalised", TREE.normalised(), "the probabilities of the next token sum to one, eq. (1)"
)
DIFFERENTIABLE = Hypothesis(
    "differentiable", TREE.differentiable(), "the score is the derivative of log pi"
)
SMOOTH = Hypothesis("smooth", TREE.smooth(), "Assumption 2: the token score is L-Lipschitz")
BOUNDED = Hypothesis("bounded", TREE.bounded(), "Assumption 2: the token score is at most G")
LIGHT = Hypothesis("light", TREE.light(), "Assumption 3: the psi_1 norm of the length is <= T_psi")
NONEMPTY = Hypothesis("nonempty", forall(o, 1 <= size), "Assumption 3: every response has a token")
VERIFIABLE, FORWARD = common.VERIFIABLE, common.FORWARD
INTERIOR = Hypothesis(
    "interior", TREE.put(STEP.interior()), "0 < J < 1: both kinds of response exist"
)
POLICY = (*SHAPE, NORMALISED, DIFFERENTIABLE)
UPDATE = (*POLICY, INDICATORS, SMOOTH, VERIFIABLE, INTERIOR, FORWARD)


def on_tree(notation: Notation) -> Notation:
    """The same abbreviation, for responses that are complete prefixes."""
    return Notation(notation.symbol, TREE.put(notation.body), notation.meaning, notation.params)


J, F, J_next, gap, change = common.J, common.F, common.J_next, common.gap, common.change
SUCCESS, FAILURE, SUCCESS_NEXT, GAP, CHANGE = map(
    on_tree, (common.SUCCESS, common.FAILURE, common.SUCCESS_NEXT, common.GAP, common.CHANGE)
)

length_plus, length_minus = var("length_plus"), var("length_minus")
LENGTH_PLUS = Notation(
    length_plus, TREE.put(STEP.mean_correct(size)), "mean length of the correct responses"
)
LENGTH_MINUS = Notation(
    length_minus, TREE.put(STEP.mean_incorrect(size)), "mean length of the incorrect responses"
)

# -- a function on prefixes ----------------------------------------------------------------------

g = Symbol("g", (PREFIX,))
at_root, over_responses = var("at_root"), var("over_responses")
AT_ROOT = Notation(at_root, g(root), "g at the empty prefix")
OVER_RESPONSES = Notation(
    over_responses, total(o, g(whole(o))), "sum of g over the complete prefixes"
)
