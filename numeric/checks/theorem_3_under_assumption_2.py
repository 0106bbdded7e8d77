"""Theorem 3 in vectors. `indicators`, `nonempty` and `positive_L` are not needed, as in
``theorem_3``.

With one coordinate and w = 1 the gradient is the score: the instances of ``theorem_3`` serve.
"""

from numeric.checks._prelude import *
from numeric.checks import theorem_3
from numeric.checks._paths import fitting, in_one_token, unneeded
from numeric.checks._tree_trajectory import FIRST_BRANCH, draw_start, tree_trajectory
from numeric.checks.theorem_1b_under_assumption_1 import LONG
from theory.statements.theorem_3_under_assumption_2 import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Steps of |w| <= 1 with constants for all theta: their L and G bound gradient vectors."""
    start = draw_start(rng, log_odds)
    return tree_trajectory(
        rng, start, int(rng.integers(5, 9)), FIRST_BRANCH, start.everywhere
    ).values()


PATHS = {name.replace("smooth", "lipschitz"): x for name, x in theorem_3.PATHS.items()}
COUNTERS = counters(STATEMENT, in_one_token({**PATHS, "drop unit": LONG}))

WITHOUT = fitting(STATEMENT, unneeded())
