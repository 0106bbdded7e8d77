"""A safe learning rate for GRPO, up to the largest one. All five hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks._grpo import abbreviated, draw_fraction, draw_prompt, scalars
from theory.statements.grpo_safe_rate import STATEMENT, worst


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    prompt = draw_prompt(rng, log_odds)
    with ball_precision(BITS):
        peak = prompt.scalars["T_inf"] * (8 / prompt.scalars["T_psi"]).sqrt()
        alpha = draw_fraction(rng) / evaluate(worst, {**prompt.scalars, "peak": peak}, BALLS)
        return abbreviated(STATEMENT, {**prompt.at_rate(alpha), "peak": peak})


CROSSING: dict[str, Number] = {"F": QUARTER, "T_psi": 2, "peak": 2}
"""1-J = T_psi/(8 T_inf^2), where the regimes cross: sqrt(J) = 0.87 of the allowed step."""
LARGEST = scalars(**CROSSING, alpha=QUARTER)

COUNTERS = counters(
    STATEMENT,
    {
        "half of the allowed step": LARGEST,
        "sign flipped": LARGEST,
        "drop constants": scalars(**CROSSING, alpha=TINY, gap=-1),
        "drop rates": scalars(**CROSSING, J=100, alpha=QUARTER),
        "drop deviation": scalars(**CROSSING, sigma=100, alpha=QUARTER),
        "drop peak": scalars(**{**CROSSING, "peak": 0}, alpha=1),
        "drop rate": scalars(**CROSSING, alpha=1),
    },
)
