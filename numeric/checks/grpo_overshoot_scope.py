"""GRPO against condition (18a), in both regimes. All four hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks._grpo import abbreviated, draw_fraction, draw_prompt, scalars
from theory.statements.grpo_overshoot_scope import STATEMENT, scale


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """eps is often hardly larger than the least one that counts as close."""
    prompt = draw_prompt(rng, log_odds)
    with ball_precision(BITS):
        values = prompt.at_rate(10 ** rng.uniform(-9, 9) / prompt.scalars["G"] ** 2)
        least = evaluate(scale, values, BALLS) * values["F"].sqrt() / values["T_psi"]
        eps = least * rng.choice([1 / draw_fraction(rng), draw_fraction(rng)])
        return abbreviated(STATEMENT, {**values, "eps": eps})


END = scalars(F=Fraction(1, 1000), eps=Fraction(3, 5))
"""Far beyond the crossing at 1-J = 1/8: GRPO takes half of the allowed step."""

COUNTERS = counters(
    STATEMENT,
    {
        "the first regime everywhere": END,
        "overshoots at the end": END,
        "allowed everywhere": scalars(J=HALF, alpha=100, eps=1),
        "drop constants": scalars(J=HALF, alpha=-1, L=1, eps=1),
        "drop rates": scalars(J=4, F=QUARTER, T_psi=4, alpha=SHORT, eps=Fraction(1, 6)),
        "drop deviation": scalars(F=Fraction(1, 1000), eps=Fraction(3, 5), sigma=1),
        "drop tolerance": scalars(F=Fraction(1, 1000), eps=-1),
    },
)
