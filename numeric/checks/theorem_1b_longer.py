"""Theorem 1(b) under the longer of two steps. `positive_L` is not needed, as in theorem_1b."""

from numeric.checks._prelude import *
from numeric.checks._paths import at_rest, convergence
from numeric.checks._trajectory import adapted_longer, draw_convergence
from theory.statements.theorem_1b_longer import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_convergence(rng, log_odds, adapted_longer)


COUNTERS = counters(STATEMENT, convergence(STATEMENT, steps=17))
WITHOUT = {"positive_L": at_rest(L=-1)}
