"""Theorem 1(a) with the sharp constant. Every hypothesis is needed."""

from numeric.checks._prelude import *
from numeric.checks._paths import stagnation
from numeric.checks._trajectory import draw_stagnation
from theory.statements.theorem_1a_sharp import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_stagnation(rng, log_odds, lambda L, G: L + G**2 / 2)


COUNTERS = counters(STATEMENT, stagnation(STATEMENT))
