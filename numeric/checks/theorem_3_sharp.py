"""Theorem 3 under the sharp step size. `indicators`, `nonempty` and `positive_L` are not
needed, as in theorem_3."""

import numpy as np

from numeric.checks import theorem_1b_sharp
from numeric.checks._orbits import Counters
from numeric.checks._tree_trajectory import (
    OUTSIDE,
    SHARP,
    draw_convergence,
    in_one_token,
    planted,
)
from theory.evaluate import Values
from theory.statements.theorem_1b_sharp import STATEMENT as OF_RESPONSES
from theory.statements.theorem_3_sharp import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_convergence(rng, log_odds, SHARP)


INSTANCES = theorem_1b_sharp.COUNTERS | planted(OF_RESPONSES, OUTSIDE)
COUNTERS: Counters = in_one_token(STATEMENT, INSTANCES)
