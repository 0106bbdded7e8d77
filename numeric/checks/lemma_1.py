"""Lemma 1 as printed. No instance needs the hypothesis `short`: lemma_1_sharp does without it."""

import math
from fractions import Fraction
from functools import partial

import numpy as np

from numeric.checks import _step
from numeric.checks._dropped import FAIR, HALF, SHORT, Counters, dropped, rare_failure
from numeric.checks._instances import Instance, counter
from theory.evaluate import Values
from theory.statements.lemma_1 import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    step = _step.draw(rng, log_odds)
    return _step.measured(_step.with_step_below(rng, step, lambda L: 0.5 / math.sqrt(L)))


COUNTERS: Counters = dropped(STATEMENT) | {
    "constants divided by 64": partial(
        counter, STATEMENT, rare_failure(HALF), "gap 0, yet log odds fall by 0.12"
    ),
    "sign flipped": partial(
        counter, STATEMENT, Instance(FAIR, SHORT, Fraction(1, 4), HALF), "log odds rise by gap eta"
    ),
    "cubic remainder": partial(
        counter, STATEMENT, rare_failure(Fraction(1, 32)), "gap 0: the change is quadratic"
    ),
    "drop bounded": partial(
        counter, STATEMENT, rare_failure(HALF, G=0), "G = 0 and scores up to 1", "bounded"
    ),
}
