"""Theorem 3 under the first branch of (18a). `indicators`, `nonempty` and `positive_L` are not
needed, for the reasons that `theorem_3` gives."""

import numpy as np

from numeric.checks import theorem_3
from numeric.checks._orbits import Counters
from numeric.checks._tree_trajectory import FIRST_BRANCH, draw_convergence, in_one_token
from theory.evaluate import Values
from theory.statements.theorem_3_first_branch import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_convergence(rng, log_odds, FIRST_BRANCH)


COUNTERS: Counters = in_one_token(STATEMENT, theorem_3.INSTANCES)
