"""Lemma 1 with the constant L + G^2/2, without a bound on the step size."""

from fractions import Fraction
from functools import partial

import numpy as np

from numeric.checks import _step
from numeric.checks._dropped import FAIR, HALF, SHORT, Counters, dropped, rare_failure
from numeric.checks._instances import Instance, counter
from theory.evaluate import Values
from theory.statements.lemma_1_sharp import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return _step.measured(_step.draw(rng, log_odds))


SPREADING = partial(counter, STATEMENT, rare_failure(HALF), "gap 0, yet log odds fall by 0.12")

COUNTERS: Counters = dropped(STATEMENT) | {
    "a quarter of the constant": SPREADING,
    "no smoothness term": SPREADING,
    "sign flipped": partial(
        counter, STATEMENT, Instance(FAIR, SHORT, Fraction(1, 4), HALF), "log odds rise by gap eta"
    ),
    "cubic remainder": SPREADING,
    "drop bounded": partial(
        counter, STATEMENT, rare_failure(HALF, G=0), "G = 0 and scores up to 1", "bounded"
    ),
}
