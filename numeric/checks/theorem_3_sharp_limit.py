"""The limit under the sharp step size. `indicators`, `nonempty` and `positive_L` are not
needed, as in theorem_3_limit."""

from numeric.checks._prelude import *
from numeric.checks._paths import ADAPTED, OUTSIDE, in_one_token, limit
from numeric.checks._tree_trajectory import SHARP, draw_limit
from numeric.checks.theorem_1b_sharp_limit import EPS, SLOW
from theory.statements.theorem_3_sharp_limit import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_limit(rng, log_odds, SHARP)


PATHS = limit(STATEMENT, ADAPTED | OUTSIDE, SLOW, EPS)
COUNTERS = counters(STATEMENT, in_one_token(PATHS))
