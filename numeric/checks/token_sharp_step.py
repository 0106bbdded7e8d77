"""The sharp step inequality for tokens. `indicators` is not needed, all other hypotheses are."""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._trees import (
    TreeInstance,
    all_flat,
    flat,
    grow,
    on_prefixes,
    shape_instances,
    unindicated,
)
from theory.statements.token_sharp_step import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return _tree_step.measured(_tree_step.draw(rng, log_odds))


TWICE = grow("1", "2", "00", "01", "02")


def twice(*reward: int) -> TreeInstance:
    """Token 0 has probability 9/10 and slope 0, tokens 1 and 2 have slope 1 and -1; only 0 goes on,
    once. The gap is 0."""
    numbers = {"eta": QUARTER, "L": SYMMETRIC_L}
    return TreeInstance(TWICE, on_prefixes(TWICE, SYMMETRIC), numbers, reward)


LOWER, UPPER = flat(rare_failure(HALF)), flat(rare_success(HALF))

COUNTERS = counters(
    STATEMENT,
    shape_instances()
    | all_flat(DROPPED)
    | {
        "half the curvature, lower": LOWER,
        "half the curvature, upper": UPPER,
        "J and 1 - J exchanged, lower": LOWER,
        "lengths exchanged, lower": twice(0, 0, 1, 0, 0),
        "lengths exchanged, upper": twice(1, 1, 0, 1, 1),
    },
)

WITHOUT = {"indicators": unindicated(FAIR)}
