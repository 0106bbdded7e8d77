"""The limit under the sharp step size. `indicators`, `nonempty` and `positive_L` are not
needed, as in theorem_3_limit."""

import numpy as np

from numeric.checks import theorem_1b_sharp_limit
from numeric.checks._orbits import Counters
from numeric.checks._tree_trajectory import (
    OUTSIDE,
    SHARP,
    draw_limit,
    in_one_token,
    planted_limit,
)
from theory.evaluate import Values
from theory.statements.theorem_1b_sharp_limit import STATEMENT as OF_RESPONSES
from theory.statements.theorem_3_sharp_limit import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_limit(rng, log_odds, SHARP)


INSTANCES = theorem_1b_sharp_limit.COUNTERS | planted_limit(OF_RESPONSES, OUTSIDE)
COUNTERS: Counters = in_one_token(STATEMENT, INSTANCES)
