"""Lemma 2 as printed, for steps of any size."""

from numeric.checks._prelude import *
from numeric.checks import _tree_step
from numeric.checks._lemma_2 import INSTANCES, spreading
from numeric.checks._trees import unindicated
from theory.statements.lemma_2 import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return _tree_step.light(_tree_step.draw(rng, log_odds))


COUNTERS = counters(STATEMENT, INSTANCES | {"cubic remainder": spreading(Fraction(1, 16))})

WITHOUT = {"indicators": unindicated(FAIR)}
