"""Theorem 3 in vectors. `indicators`, `nonempty` and `positive_L` are not needed, as in
``theorem_3``.

With one coordinate and w = 1 the gradient is the score: the instances of ``theorem_3`` serve.
"""

from functools import partial

import numpy as np

from numeric.checks import theorem_1b_under_assumption_1, theorem_3_first_branch
from numeric.checks._orbits import Counters
from numeric.checks._tree_trajectory import FIRST_BRANCH, draw_start, in_one_token, run
from numeric.checks.step_under_assumption_1 import RENAMED, in_one_coordinate
from theory.evaluate import Values
from theory.statements.theorem_3_under_assumption_2 import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """Steps of |w| <= 1 with constants for all theta: their L and G bound gradient vectors."""
    start = draw_start(rng, log_odds)
    return run(rng, start, int(rng.integers(5, 9)), FIRST_BRANCH, start.everywhere).values()


SAME: Counters = {
    name.replace("drop smooth", f"drop {RENAMED['smooth']}"): partial(in_one_coordinate, make)
    for name, make in theorem_3_first_branch.COUNTERS.items()
}
LONG = {"drop unit": theorem_1b_under_assumption_1.COUNTERS["drop unit"]}
COUNTERS: Counters = SAME | in_one_token(STATEMENT, LONG)
