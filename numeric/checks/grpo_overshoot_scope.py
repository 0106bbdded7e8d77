"""GRPO against condition (18a), in both regimes. All four hypotheses are needed."""

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
from theory.statements.grpo_overshoot_scope import STATEMENT, scale


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """eps is often hardly larger than the least one that counts as close."""
    prompt = draw_prompt(rng, log_odds)
    with ball_precision(BITS):
        values = prompt.at_rate(10 ** rng.uniform(-9, 9) / prompt.scalars["G"] ** 2)
        least = evaluate(scale, {"one": arb(1), **values}) * values["F"].sqrt() / values["T_psi"]
        eps = least * rng.choice([1 / draw_fraction(rng), draw_fraction(rng)])
        return abbreviated(STATEMENT, {**values, "eps": eps})


instance = scalar_counters(STATEMENT)
END = instance(
    "1-J = 1/1000, far beyond the crossing at 1/8: GRPO takes half of the allowed step",
    F=Fraction(1, 1000),
    eps=Fraction(3, 5),
)

COUNTERS: Counters = {
    "the first regime everywhere": END,
    "overshoots at the end": END,
    "allowed everywhere": instance("J = 1/2 and alpha = 100", J=Fraction(1, 2), alpha=100, eps=1),
    "drop constants": instance(
        "a learning rate of -1: a step back, longer than `rising` says",
        "constants",
        J=Fraction(1, 2),
        alpha=-1,
        L=1,
        eps=1,
    ),
    "drop rates": instance(
        "J = 4: sigma = 1 is too large for 1-J = 1/4",
        "rates",
        J=4,
        F=Fraction(1, 4),
        T_psi=4,
        alpha=Fraction(1, 16),
        eps=Fraction(1, 6),
    ),
    "drop deviation": instance(
        "sigma = 1: 16 times the allowed step",
        "deviation",
        F=Fraction(1, 1000),
        eps=Fraction(3, 5),
        sigma=1,
    ),
    "drop tolerance": instance(
        "eps = -1: steps are not negative", "tolerance", F=Fraction(1, 1000), eps=-1
    ),
}
