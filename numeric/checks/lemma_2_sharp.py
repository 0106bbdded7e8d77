"""Lemma 2 with the constant 4(2^(1/4) - 1). All hypotheses are needed but `indicators` and, as far
as was found, `short`: `_lemma_2` says why."""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._lemma_2 import INSTANCES, spreading
from numeric.checks._trees import flat, unindicated
from theory.statements.lemma_2_sharp import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return _tree_step.light(_tree_step.draw_short(rng, log_odds))


COUNTERS = counters(
    STATEMENT,
    INSTANCES | {"J for 1 - J": spreading(QUARTER), "a smaller constant": flat(RISING)},
)

WITHOUT = {"indicators": unindicated(FAIR)}
