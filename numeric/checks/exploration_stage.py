"""The second stage. `nonempty` and `unfinished` are not needed: the tokens are there, and a mean
that is above every reward but one is below that one."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from flint import arb

from numeric.checks._softmax import Counters, Table, counters, draw_tokens
from numeric.core.balls import ball_precision, to_balls
from theory.evaluate import Values
from theory.statements.exploration_stage import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """The best token has reward 1, all others less than p(best) <= V."""
    tokens = draw_tokens(rng, log_odds)
    with ball_precision(tokens.bits):
        shares = to_balls(rng.uniform(0, 0.999, size=tokens.n))
        rewards = shares * tokens.probabilities()[tokens.best]
        rewards[tokens.best] = arb(1)
    return replace(tokens, rewards=rewards).numbers()


instance = counters(STATEMENT)
SECOND = Table((8, 1, 1), (1, Fraction(4, 5), 0))
"""p = 8/10, 1/10 and 1/10: V = 22/25."""

COUNTERS: Counters = {
    "the good token gains": instance(SECOND, "u = 0.096 for the best token, -0.008 for the good"),
    "the best token falls": instance(SECOND, "u is largest for the best token"),
    "the good token still rises": instance(SECOND, "V = 0.88 is above 0.8"),
    "drop passed": instance(
        Table((1, 8, 1), (1, Fraction(4, 5), 0)), "V = 0.74: the good token rises", "passed"
    ),
    "drop moves": instance(replace(SECOND, eta=-1), "a step back", "moves"),
    "drop other": instance(replace(SECOND, good=0), "the best token does not fall", "other"),
}
