"""The limit of Theorem 3. `indicators`, `nonempty` and `positive_L` are not needed.

As in theorem_3; and if L = 0, or the only response is empty, M is 0 and does not diverge.
"""

from numeric.checks._prelude import *
from numeric.checks._paths import ADAPTED, OUTSIDE, SHORT_STEPS, in_one_token, limit
from numeric.checks._tree_trajectory import FIRST_BRANCH, draw_limit
from numeric.checks.theorem_1b_limit import EPS, SLOW
from theory.statements.theorem_3_limit import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_limit(rng, log_odds, FIRST_BRANCH)


PATHS = limit(STATEMENT, ADAPTED | OUTSIDE | SHORT_STEPS, SLOW, EPS)
COUNTERS = counters(STATEMENT, in_one_token(PATHS))
