"""Eq. (10), with both sides summed over responses; the derivative is proved, not measured."""

import numpy as np

from numeric.checks import _step
from numeric.checks._dropped import Counters, balance_counters
from theory.evaluate import Values
from theory.statements.gradient_identity import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return _step.defined(_step.moderate(_step.draw(rng, log_odds)))


COUNTERS: Counters = balance_counters(STATEMENT)
