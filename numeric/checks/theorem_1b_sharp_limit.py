"""The limit under the sharp step size. `positive_L` is not needed, as in theorem_1b_limit."""

from numeric.checks._prelude import *
from numeric.checks._paths import ADAPTED, limit, shrinking, steady
from numeric.checks._trajectory import adapted_sharp, draw_limit
from theory.statements.theorem_1b_sharp_limit import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_limit(rng, log_odds, adapted_sharp)


SLOW, EPS = steady(1, shrinking), Fraction(1, 10)
PATHS = limit(STATEMENT, ADAPTED, SLOW, EPS)
COUNTERS = counters(STATEMENT, PATHS)
