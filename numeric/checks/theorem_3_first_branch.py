"""Theorem 3 under the first branch of (18a). `indicators`, `nonempty` and `positive_L` are not
needed, for the reasons that `theorem_3` gives."""

from numeric.checks._prelude import *
from numeric.checks import theorem_3
from numeric.checks._paths import fitting, in_one_token, unneeded
from numeric.checks._tree_trajectory import FIRST_BRANCH, draw_convergence
from theory.statements.theorem_3_first_branch import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_convergence(rng, log_odds, FIRST_BRANCH)


PATHS = theorem_3.PATHS
COUNTERS = counters(STATEMENT, in_one_token(PATHS))

WITHOUT = fitting(STATEMENT, unneeded())
