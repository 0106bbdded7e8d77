"""The exponential supermartingale. All six hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._trees import PAIR, TreeInstance, on_prefixes, stray_instances
from theory.statements.token_supermartingale import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """|u| G <= 10."""
    step = _tree_step.draw(rng, log_odds)
    u = _tree_step.draw_u(rng, step.score_bound, 10)
    with ball_precision(BITS):
        pi, grown = np.exp(step.logp), u * step.score
        compensator = u**2 * arb(step.score_bound) ** 2 * step.lengths / 2
        return {"moment": pi @ np.exp(grown - compensator)}


TWO = two_arms(1, slope=2)
"""Scores 1 and -1: cosh 1 = 1.54, between e^(1/4) and e^(1/2)."""


def one_token(node: Line) -> TreeInstance:
    """u = G = 1."""
    return TreeInstance(PAIR, on_prefixes(PAIR, node), {"u": 1, "G": 1})


COUNTERS = counters(
    STATEMENT,
    dict.fromkeys((t.name for t in STATEMENT.twins if t.conclusion is not None), one_token(TWO))
    | stray_instances(TWO, HALF, 5, u=1, G=1)
    | {
        "drop normalised": one_token(unnormalised((1, 1), (1, -1))),
        "drop differentiable": one_token(two_arms(1).misreported(shift=HALF)),
        "drop bounded": one_token(two_arms(1, slope=4)),
    },
)
