"""Lemma 1 with the constant L + G^2/2, without a bound on the step size."""

from numeric.checks._prelude import *
from theory.statements.lemma_1_sharp import STATEMENT

draw = updates.draw_measured

INSTANCES = DROPPED | {
    "a quarter of the constant": rare_failure(HALF),
    "no smoothness term": rare_failure(HALF),
    "sign flipped": RISING,
    "cubic remainder": rare_failure(HALF),
    "drop bounded": rare_failure(HALF, G=0),
}
COUNTERS = counters(STATEMENT, INSTANCES)
