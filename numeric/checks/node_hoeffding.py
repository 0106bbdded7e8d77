"""Hoeffding's lemma at a node. All four hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._trees import PAIR, TreeInstance, on_prefixes
from theory.statements.node_hoeffding import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """A random node of a random policy; G bounds the scores at all nodes, and |u| G <= 25."""
    step = _tree_step.draw(rng, log_odds)
    pi, score = _tree_step.at_node(rng, step)
    u = _tree_step.draw_u(rng, step.score_bound, 25)
    with ball_precision(BITS):
        return {
            "drift": pi @ score,
            "moment": pi @ np.exp(u * score),
            "G": arb(step.score_bound),
            "u": u,
            "scale": pi @ abs(score),
        }


TWO = two_arms(1, slope=2)
"""Scores 1 and -1: cosh 1 = 1.54 > e^(1/4) = 1.28."""


def at_root(node: Line, p: int = 0) -> TreeInstance:
    """u = G = 1; p = 0 is the root, with two tokens."""
    return TreeInstance(PAIR, on_prefixes(PAIR, node), {"u": 1, "G": 1}, functions={"p": p})


COUNTERS = counters(
    STATEMENT,
    {
        "half the constant": at_root(TWO),
        "variance term dropped": at_root(TWO),
        "a drift": at_root(TWO),
        "drop normalised": at_root(unnormalised((1, 1), (1, -1))),
        "drop differentiable": at_root(two_arms(1).misreported(shift=HALF)),
        "drop bounded": at_root(two_arms(1, slope=4)),
        "drop open": at_root(TWO, p=1),
    },
)
