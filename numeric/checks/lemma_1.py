"""Lemma 1 as printed. No instance needs the hypothesis `short`: lemma_1_sharp does without it."""

from numeric.checks._prelude import *
from theory.statements.lemma_1 import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    step = updates.draw(rng, log_odds)
    return updates.measured(updates.with_step_below(rng, step, lambda L: 0.5 / L**0.5))


COUNTERS = counters(
    STATEMENT,
    DROPPED
    | {
        "constants divided by 64": rare_failure(HALF),
        "sign flipped": RISING,
        "cubic remainder": rare_failure(Fraction(1, 32)),
        "drop bounded": rare_failure(HALF, G=0),
    },
)

WITHOUT = {"short": replace(rare_failure(HALF), L=2)}
