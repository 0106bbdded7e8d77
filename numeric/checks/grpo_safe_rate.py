"""A safe learning rate for GRPO, up to the largest one. All five hypotheses are needed."""

from fractions import Fraction

import numpy as np
from flint import arb

from numeric.checks._base import BITS
from numeric.checks._grpo import (
    Counters,
    abbreviated,
    draw_fraction,
    draw_prompt,
    scalar_counters,
)
from numeric.core.balls import ball_precision
from theory.evaluate import Values, evaluate
from theory.statements.grpo_safe_rate import STATEMENT, worst


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    prompt = draw_prompt(rng, log_odds)
    with ball_precision(BITS):
        peak = prompt.scalars["T_inf"] * (8 / prompt.scalars["T_psi"]).sqrt()
        numbers = {"one": arb(1), **prompt.scalars, "peak": peak}
        alpha = draw_fraction(rng) / evaluate(worst, numbers)
        return abbreviated(STATEMENT, {**prompt.at_rate(alpha), "peak": peak})


instance = scalar_counters(STATEMENT)
QUARTER = Fraction(1, 4)
CROSSING = {"F": QUARTER, "T_psi": 2, "peak": 2}
LARGEST = instance(
    "1-J = T_psi/(8 T_inf^2) = 1/4, where the regimes cross: sqrt(J) = 0.87 of the allowed step",
    **CROSSING,
    alpha=QUARTER,
)

COUNTERS: Counters = {
    "half of the allowed step": LARGEST,
    "sign flipped": LARGEST,
    "drop constants": instance(
        "gap -1: the allowed step is negative, and longer",
        "constants",
        **CROSSING,
        alpha=Fraction(1, 100),
        gap=-1,
    ),
    "drop rates": instance("J = 100: sigma = 5", "rates", **CROSSING, J=100, alpha=QUARTER),
    "drop deviation": instance("sigma = 100", "deviation", **CROSSING, sigma=100, alpha=QUARTER),
    "drop peak": instance(
        "peak = 0 allows every learning rate when L = 0",
        "peak",
        **{**CROSSING, "peak": 0},
        alpha=1,
    ),
    "drop rate": instance("alpha = 1, four times the largest", "rate", **CROSSING, alpha=1),
}
