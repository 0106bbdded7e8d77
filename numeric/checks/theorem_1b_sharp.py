"""Theorem 1(b) under the sharp step size. `positive_L` is not needed, as in theorem_1b."""

from numeric.checks._prelude import *
from numeric.checks._paths import at_rest, convergence
from numeric.checks._trajectory import adapted_sharp, draw_convergence
from theory.statements.theorem_1b_sharp import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_convergence(rng, log_odds, adapted_sharp)


PATHS = convergence(STATEMENT, steps=17)
COUNTERS = counters(STATEMENT, PATHS)

WITHOUT = {"positive_L": at_rest(L=-1)}
