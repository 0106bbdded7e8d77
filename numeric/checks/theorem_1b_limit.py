"""The limit of Theorem 1(b). `positive_L` is not needed: if L <= 0, M is 0 and does not diverge."""

from numeric.checks._prelude import *
from numeric.checks._paths import ADAPTED, SIZE, fixed, limit, steady
from numeric.checks._trajectory import adapted, draw_limit
from theory.statements.theorem_1b_limit import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_limit(rng, log_odds, adapted)


SLOW, EPS = steady(1, fixed(SIZE)), Fraction(1, 100)
PATHS = limit(STATEMENT, ADAPTED, SLOW, EPS)
COUNTERS = counters(STATEMENT, PATHS)
