"""The shares of the gap, with both conditional means averaged over responses."""

import numpy as np

from numeric.checks import _step
from numeric.checks._dropped import Counters, balance_counters
from theory.evaluate import Values
from theory.statements.alignment_decomposition import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    return _step.defined(_step.moderate(_step.draw(rng, log_odds)))


COUNTERS: Counters = balance_counters(STATEMENT)
