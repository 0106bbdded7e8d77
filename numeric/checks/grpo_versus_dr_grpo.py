"""GRPO and Dr. GRPO against condition (21), for learning rates and levels over many decades.

`level` is not needed: if B <= 0, then B times the allowed step is at most 0, and eta_grpo > 0.
"""

from fractions import Fraction

import numpy as np

from numeric.checks._base import BITS
from numeric.checks._grpo import (
    Counters,
    abbreviated,
    draw_fraction,
    draw_prompt,
    scalar_counters,
)
from numeric.core.balls import ball_precision
from theory.evaluate import Values
from theory.statements.grpo_versus_dr_grpo import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """alpha is often close to the safe rate of Dr. GRPO, B to the overshoot of GRPO."""
    prompt = draw_prompt(rng, log_odds)
    scalars = prompt.scalars
    with ball_precision(BITS):
        factor = rng.choice([draw_fraction(rng), 10 ** rng.uniform(0, 9)])
        alpha = factor / (2 * scalars["G"] ** 2 * scalars["T_psi"])
        overshoot = 2 * alpha * scalars["G"] ** 2 * (scalars["J"] / scalars["F"]).sqrt()
        B = overshoot * rng.choice([draw_fraction(rng), 10 ** rng.uniform(0, 3)])
        return abbreviated(STATEMENT, {**prompt.at_rate(alpha), "B": B})


instance = scalar_counters(STATEMENT)
LATE = Fraction(4, 5)
FOUR_TIMES = instance(
    "J = 4/5: GRPO takes 4 times the allowed step, Dr. GRPO 8/5 of it", J=LATE, B=5
)

COUNTERS: Counters = {
    "GRPO never overshoots": FOUR_TIMES,
    "Dr. GRPO safe at twice the rate": FOUR_TIMES,
    "overshoots from the start": FOUR_TIMES,
    "drop constants": instance(
        "a learning rate of -1 steps back", "constants", J=LATE, B=1, alpha=-1
    ),
    "drop rates": instance(
        "J = 2: Dr. GRPO takes twice the allowed step at its safe rate",
        "rates",
        J=2,
        F=Fraction(1, 2),
        B=1,
        alpha=Fraction(1, 2),
    ),
    "drop deviation": instance(
        "sigma = 1/1000: hardly a step", "deviation", J=LATE, B=1, sigma=Fraction(1, 1000)
    ),
}
