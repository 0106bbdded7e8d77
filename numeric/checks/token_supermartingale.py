"""The exponential supermartingale. All six hypotheses are needed."""

from fractions import Fraction

import numpy as np
from flint import arb

from numeric.checks import _tree_step
from numeric.checks._base import BITS
from numeric.checks._instances import Line, two_arms, unnormalised
from numeric.checks._tree_instances import Counters, TreeInstance, tree_counters
from numeric.checks._trees import DEFECTS, PAIR, on_prefixes, with_stray
from numeric.core.balls import ball_precision
from theory.evaluate import Values
from theory.statements.token_supermartingale import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """|u| G <= 10."""
    step = _tree_step.draw(rng, log_odds)
    u = _tree_step.draw_u(rng, step.score_bound, 10)
    with ball_precision(BITS):
        pi, grown = np.exp(step.logp), u * step.score
        compensator = u**2 * arb(step.score_bound) ** 2 * step.lengths / 2
        return {"moment": pi @ np.exp(grown - compensator)}


HALF = Fraction(1, 2)
FAIR = two_arms(1, slope=2)


def one_token(node: Line) -> TreeInstance:
    """u = G = 1."""
    return TreeInstance(PAIR, on_prefixes(PAIR, node), {"u": 1, "G": 1})


def stray(defect: str) -> TreeInstance:
    """The stray response has weight 1/2 and score 5."""
    line = with_stray(on_prefixes(PAIR, FAIR), HALF, 5)
    return TreeInstance(DEFECTS[defect](PAIR), line, {"u": 1, "G": 1})


instance = tree_counters(STATEMENT)
SIGNS = instance(one_token(FAIR), "scores 1 and -1: cosh 1 = 1.54, between e^(1/4) and e^(1/2)")

COUNTERS: Counters = {
    **{twin.name: SIGNS for twin in STATEMENT.twins if twin.conclusion is not None},
    **{
        f"drop {defect}": instance(stray(defect), "a response of score 5 that grew nowhere", defect)
        for defect in DEFECTS
    },
    "drop normalised": instance(
        one_token(unnormalised((1, 1), (1, -1))), "2 cosh 1 > e^(1/2)", "normalised"
    ),
    "drop differentiable": instance(
        one_token(two_arms(1).misreported(shift=HALF)),
        "scores 1 and 0: (e + 1)/2 = 1.86 > e^(1/2) = 1.65",
        "differentiable",
    ),
    "drop bounded": instance(
        one_token(two_arms(1, slope=4)), "scores 2 and -2: cosh 2 = 3.76 > e^(1/2)", "bounded"
    ),
}
