"""Lemma 2 as printed. The same hypotheses are needed as for lemma_2_sharp."""

from fractions import Fraction

import numpy as np

from numeric.checks import lemma_2_sharp
from numeric.checks._dropped import FAIR, HALF, SHORT
from numeric.checks._instances import Instance
from numeric.checks._tree_dropped import QUARTER, lemma_2_counters, spreading
from numeric.checks._tree_instances import Counters, flat, tree_counters
from theory.evaluate import Values
from theory.statements.lemma_2 import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return lemma_2_sharp.draw(rng, log_odds)


instance = tree_counters(STATEMENT)

COUNTERS: Counters = {
    **lemma_2_counters(STATEMENT),
    "a twentieth of the loss": instance(
        spreading(QUARTER), "J = 1/2, gap 0, yet log odds fall by 0.03"
    ),
    "sign flipped": instance(
        flat(Instance(FAIR, SHORT, QUARTER, HALF)), "log odds rise by gap eta"
    ),
    "cubic remainder": instance(spreading(Fraction(1, 16)), "gap 0: the change is quadratic"),
}
