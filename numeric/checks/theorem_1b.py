"""Theorem 1(b). `positive_L` is not needed.

If L <= 0, a step with eta > 0 has constant scores on its segment; as the mean of score^2 is minus
the mean of the score's derivative, they are all 0. So nothing moves and J(K) = J(0), with M = 0.
"""

from numeric.checks._prelude import *
from numeric.checks._paths import NOWHERE, convergence
from numeric.checks._trajectory import adapted, draw_convergence
from theory.statements.theorem_1b import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_convergence(rng, log_odds, adapted)


PATHS = convergence(STATEMENT)
COUNTERS = counters(STATEMENT, PATHS)

WITHOUT = {"positive_L": NOWHERE}
