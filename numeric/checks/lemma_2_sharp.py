"""Lemma 2 with the constant 4(2^(1/4) - 1). All hypotheses are needed but `indicators` and, as far
as was found, `short`: `_tree_dropped` says why."""

import numpy as np

from numeric.checks import _tree_step
from numeric.checks._dropped import FAIR, HALF, SHORT
from numeric.checks._instances import Instance
from numeric.checks._tree_dropped import QUARTER, lemma_2_counters, spreading
from numeric.checks._tree_instances import Counters, flat, tree_counters
from theory.evaluate import Values
from theory.statements.lemma_2_sharp import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return _tree_step.light(_tree_step.draw_short(rng, log_odds))


instance = tree_counters(STATEMENT)
SPREADING = instance(spreading(QUARTER), "J = 1/2, gap 0, yet log odds fall by 0.03")
RISING = instance(flat(Instance(FAIR, SHORT, QUARTER, HALF)), "log odds rise by gap eta")

COUNTERS: Counters = {
    **lemma_2_counters(STATEMENT),
    "a twentieth of the loss": SPREADING,
    "J for 1 - J": SPREADING,
    "sign flipped": RISING,
    "a smaller constant": RISING,
}
