"""GRPO and Dr. GRPO against condition (21), for learning rates and levels over many decades.

`level` is not needed: if B <= 0, then B times the allowed step is at most 0, and eta_grpo > 0.
"""

from numeric.checks._prelude import *
from numeric.checks._grpo import abbreviated, draw_fraction, draw_prompt, scalars
from theory.statements.grpo_versus_dr_grpo import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """alpha is often close to the safe rate of Dr. GRPO, B to the overshoot of GRPO."""
    prompt = draw_prompt(rng, log_odds)
    scalars = prompt.scalars
    with ball_precision(BITS):
        factor = rng.choice([draw_fraction(rng), 10 ** rng.uniform(0, 9)])
        alpha = factor / (2 * scalars["G"] ** 2 * scalars["T_psi"])
        overshoot = 2 * alpha * scalars["G"] ** 2 * (scalars["J"] / scalars["F"]).sqrt()
        B = overshoot * rng.choice([draw_fraction(rng), 10 ** rng.uniform(0, 3)])
        return abbreviated(STATEMENT, {**prompt.at_rate(alpha), "B": B})


LATE = Fraction(4, 5)
FOUR_TIMES = scalars(J=LATE, B=5)
"""GRPO takes 4 times the allowed step, Dr. GRPO 8/5 of it."""

COUNTERS = counters(
    STATEMENT,
    {
        "GRPO never overshoots": FOUR_TIMES,
        "Dr. GRPO safe at twice the rate": FOUR_TIMES,
        "overshoots from the start": FOUR_TIMES,
        "drop constants": scalars(J=LATE, B=1, alpha=-1),
        "drop rates": scalars(J=2, F=HALF, B=1, alpha=HALF),
        "drop deviation": scalars(J=LATE, B=1, sigma=Fraction(1, 1000)),
    },
)

WITHOUT = {"level": scalars(J=LATE, B=-1)}
