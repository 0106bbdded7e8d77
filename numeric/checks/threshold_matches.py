"""Condition (18a) within a constant and 1/(1-J) of (19). All three hypotheses are needed."""

from fractions import Fraction

import numpy as np

from numeric.checks._grpo import Counters, abbreviated, draw_prompt, scalar_counters
from theory.evaluate import Values
from theory.statements.threshold_matches import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """T_psi is the psi_1 norm of the lengths, at most the longest one over log 2."""
    return abbreviated(STATEMENT, draw_prompt(rng, log_odds).scalars)


instance = scalar_counters(STATEMENT)
EIGHTH = instance("1-J = 1/8: allowed 1/16, between log(2)/16 and log(2)/2", F=Fraction(1, 8))

COUNTERS: Counters = {
    "without 1 - J": EIGHTH,
    "equal thresholds": EIGHTH,
    "sign flipped": EIGHTH,
    "drop rates": instance("1-J = 2 and L = 100: 2 log 2 > 1", "rates", F=2, L=100),
    "drop constants": instance("gap -1 turns the sign", "constants", F=Fraction(1, 8), gap=-1),
    "drop light": instance("T_psi = 8: allowed 1/16 < log(2)/2", "light", F=1, T_psi=8),
}
