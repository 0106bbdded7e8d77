"""Condition (18a) within a constant and 1/(1-J) of (19). All three hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks._grpo import abbreviated, draw_prompt, scalars
from theory.statements.threshold_matches import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """T_psi is the psi_1 norm of the lengths, at most the longest one over log 2."""
    return abbreviated(STATEMENT, draw_prompt(rng, log_odds).scalars)


EIGHTH = scalars(F=Fraction(1, 8))
"""Allowed 1/16, between log(2)/16 and log(2)/2."""

COUNTERS = counters(
    STATEMENT,
    {
        "without 1 - J": EIGHTH,
        "equal thresholds": EIGHTH,
        "sign flipped": EIGHTH,
        "drop rates": scalars(F=2, L=100),
        "drop constants": scalars(F=Fraction(1, 8), gap=-1),
        "drop light": scalars(F=1, T_psi=8),
    },
)
