"""Hoeffding's lemma at a node. All four hypotheses are needed."""

from fractions import Fraction

import numpy as np
from flint import arb

from numeric.checks import _tree_step
from numeric.checks._base import BITS
from numeric.checks._instances import Line, two_arms, unnormalised
from numeric.checks._tree_instances import Counters, TreeInstance, tree_counters
from numeric.checks._trees import PAIR, on_prefixes
from numeric.core.balls import ball_precision
from theory.evaluate import Values
from theory.statements.node_hoeffding import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
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


def at_root(node: Line, p: int = 0) -> TreeInstance:
    """u = G = 1; p = 0 is the root, with two tokens."""
    return TreeInstance(PAIR, on_prefixes(PAIR, node), {"u": 1, "G": 1}, functions={"p": p})


HALF = Fraction(1, 2)
FAIR = two_arms(1, slope=2)
instance = tree_counters(STATEMENT)
SIGNS = instance(at_root(FAIR), "scores 1 and -1: cosh 1 = 1.54 > e^(1/4) = 1.28")

COUNTERS: Counters = {
    "half the constant": SIGNS,
    "variance term dropped": SIGNS,
    "a drift": SIGNS,
    "drop normalised": instance(
        at_root(unnormalised((1, 1), (1, -1))), "2 cosh 1 = 3.09 > e^(1/2) = 1.65", "normalised"
    ),
    "drop differentiable": instance(
        at_root(two_arms(1).misreported(shift=HALF)), "scores 1 and 0: a drift", "differentiable"
    ),
    "drop bounded": instance(
        at_root(two_arms(1, slope=4)), "scores 2 and -2: cosh 2 = 3.76 > e^(1/2)", "bounded"
    ),
    "drop open": instance(
        at_root(FAIR, p=1), "no token follows a response: 2 > e^(1/2), over both", "open"
    ),
}
