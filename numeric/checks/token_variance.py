"""The second moment of the score. All eight hypotheses are needed.

`verifiable` and `interior` are for the second part, J(1-J) gap^2 <= E[S^2], only.
"""

from fractions import Fraction

import numpy as np
from flint import arb

from numeric.checks import _tree_step
from numeric.checks._base import BITS
from numeric.checks._instances import Line, Number, two_arms, unnormalised
from numeric.checks._tree_instances import Counters, TreeInstance, tree_counters
from numeric.checks._trees import DEFECTS, PAIR, grow, on_prefixes, with_stray
from numeric.core.balls import ball_precision
from theory.evaluate import Values
from theory.statements.token_variance import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """Of three responses or more: with two, the second part is an equality."""
    step = _tree_step.draw(rng, log_odds)
    while step.policy.n < 3:
        step = _tree_step.draw(rng, log_odds)
    m = step.measure()
    with ball_precision(BITS):
        pi = np.exp(step.logp)
        return {
            "J": m.J,
            "F": m.fail,
            "gap": m.alignment,
            "G": arb(step.score_bound),
            "square": pi @ step.score**2,
            "mean_length": pi @ step.lengths,
        }


HALF, TENTH = Fraction(1, 2), Fraction(1, 10)
FAIR = two_arms(1, slope=2)


def one_token(node: Line, G: Number = 1, reward: tuple[Number, ...] = (1, 0)) -> TreeInstance:
    return TreeInstance(PAIR, on_prefixes(PAIR, node), {"G": G}, reward)


def two_tokens(node: Line) -> TreeInstance:
    shape = grow("00", "01", "10", "11")
    return TreeInstance(shape, on_prefixes(shape, node), {"G": 1}, (1, 0, 0, 0))


def stray(defect: str) -> TreeInstance:
    """The stray response has weight 1/2 and score 5."""
    line = with_stray(on_prefixes(PAIR, FAIR), HALF, 5)
    return TreeInstance(DEFECTS[defect](PAIR), line, {"G": 1}, (1, 0, 0))


instance = tree_counters(STATEMENT)
SIGNS = instance(one_token(FAIR), "scores 1 and -1: E[S^2] = 1 = G^2, and the gap is 2")

COUNTERS: Counters = {
    "half": SIGNS,
    "the gap without J(1-J)": SIGNS,
    "sign flipped": instance(one_token(FAIR, G=2), "scores 1 and -1, and G = 2"),
    **{
        f"drop {defect}": instance(stray(defect), "a response of score 5 that grew nowhere", defect)
        for defect in DEFECTS
    },
    "drop normalised": instance(
        two_tokens(unnormalised((HALF, HALF), (1, 1))),
        "each token scores 1: E[S^2] = 4",
        "normalised",
    ),
    "drop differentiable": instance(
        two_tokens(two_arms(1, slope=TENTH).misreported(shift=1 - TENTH / 2)),
        "every token scores 0.9 or 1",
        "differentiable",
    ),
    "drop verifiable": instance(
        one_token(FAIR, reward=(2, -1)), "E+[s] = 3 and E-[s] = -3: J(1-J) gap^2 = 9", "verifiable"
    ),
    "drop interior": instance(
        one_token(FAIR, reward=(0, 0)), "no correct response", "interior", meaningless=True
    ),
    "drop bounded": instance(one_token(FAIR, G=0), "G = 0 and scores 1 and -1", "bounded"),
}
