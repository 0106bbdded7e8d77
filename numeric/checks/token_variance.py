"""The second moment of the score. All eight hypotheses are needed.

`verifiable` and `interior` are for the second part, J(1-J) gap^2 <= E[S^2], only.
"""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._trees import PAIR, TreeInstance, grow, on_prefixes, stray_instances
from theory.statements.token_variance import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
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


TENTH = Fraction(1, 10)
TWO = two_arms(1, slope=2)
"""Scores 1 and -1: E[S^2] = 1, and the gap is 2."""


def one_token(G: Number = 1, reward: Numbers = (1, 0)) -> TreeInstance:
    return TreeInstance(PAIR, on_prefixes(PAIR, TWO), {"G": G}, reward)


def two_tokens(node: Line) -> TreeInstance:
    shape = grow("00", "01", "10", "11")
    return TreeInstance(shape, on_prefixes(shape, node), {"G": 1}, (1, 0, 0, 0))


COUNTERS = counters(
    STATEMENT,
    stray_instances(TWO, HALF, 5, G=1)
    | {
        "half": one_token(),
        "the gap without J(1-J)": one_token(),
        "sign flipped": one_token(G=2),
        "drop normalised": two_tokens(unnormalised((HALF, HALF), (1, 1))),
        "drop differentiable": two_tokens(  # every token scores 0.9 or 1
            two_arms(1, slope=TENTH).misreported(shift=1 - TENTH / 2)
        ),
        "drop verifiable": one_token(reward=(2, -1)),
        "drop interior": one_token(reward=(0, 0)),
        "drop bounded": one_token(G=0),
    },
)
