"""The limit of Theorem 3. `indicators`, `nonempty` and `positive_L` are not needed.

As in theorem_3; and if L = 0, or the only response is empty, M is 0 and does not diverge.
"""

import numpy as np

from numeric.checks import theorem_1b_limit
from numeric.checks._orbits import Counters
from numeric.checks._tree_trajectory import (
    FIRST_BRANCH,
    OUTSIDE,
    SHORT_STEPS,
    draw_limit,
    in_one_token,
    planted_limit,
)
from theory.evaluate import Values
from theory.statements.theorem_1b_limit import STATEMENT as OF_RESPONSES
from theory.statements.theorem_3_limit import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return draw_limit(rng, log_odds, FIRST_BRANCH)


INSTANCES = theorem_1b_limit.COUNTERS | planted_limit(OF_RESPONSES, {**OUTSIDE, **SHORT_STEPS})
COUNTERS: Counters = in_one_token(STATEMENT, INSTANCES)
