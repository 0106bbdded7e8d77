"""The sharp step inequality for tokens. `indicators` is not needed, all other hypotheses are."""

from fractions import Fraction

import numpy as np

from numeric.checks import _tree_step
from numeric.checks._dropped import (
    DROPPED,
    HALF,
    SYMMETRIC,
    SYMMETRIC_L,
    SYMMETRIC_SMOOTH,
    rare_failure,
    rare_success,
)
from numeric.checks._tree_dropped import shape_counters, without_success
from numeric.checks._tree_instances import Counters, TreeInstance, flat, tree_counters
from numeric.checks._trees import grow, on_prefixes
from theory.evaluate import Values
from theory.statements.token_sharp_step import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return _tree_step.measured(_tree_step.draw(rng, log_odds))


TWICE = grow("1", "2", "00", "01", "02")


def twice(*reward: int) -> TreeInstance:
    """Token 0 has probability 9/10 and slope 0, tokens 1 and 2 have slope 1 and -1; only 0 goes on,
    once. The gap is 0."""
    numbers = {"eta": QUARTER, "L": SYMMETRIC_L}
    because = {"smooth": SYMMETRIC_SMOOTH}
    return TreeInstance(TWICE, on_prefixes(TWICE, SYMMETRIC), numbers, reward, because=because)


QUARTER = Fraction(1, 4)
instance = tree_counters(STATEMENT)
LOWER = instance(flat(rare_failure(HALF)), "J = 9/10, gap 0: failures spread and gain mass")
UPPER = instance(flat(rare_success(HALF)), "J = 1/10, gap 0: successes spread and gain mass")

COUNTERS: Counters = {
    **shape_counters(STATEMENT),
    **without_success(STATEMENT),
    **{
        f"drop {name}": instance(flat(found), note, name) for name, (found, note) in DROPPED.items()
    },
    "half the curvature, lower": LOWER,
    "half the curvature, upper": UPPER,
    "J and 1 - J exchanged, lower": LOWER,
    "lengths exchanged, lower": instance(
        twice(0, 0, 1, 0, 0),
        "gap 0: the long response succeeds, and failures spread at both tokens",
    ),
    "lengths exchanged, upper": instance(
        twice(1, 1, 0, 1, 1), "gap 0: the long response fails, and successes spread at both tokens"
    ),
}
