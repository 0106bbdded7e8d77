"""The mean success rate over many prompts."""

from numeric.checks._prelude import *
from numeric.checks.multi_prompt import Prompts, draw_prompts
from theory.statements.mean_success_step import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """The prompts of multi_prompt."""
    shares, steps, L, eta = draw_prompts(rng, log_odds)
    with ball_precision():
        rates, after = ([getattr(s, name) for s in steps] for name in ("J", "J_next"))
        slopes = [s.J * s.mean_plus for s in steps]
        return {
            "mean_now": sum((a * x for a, x in zip(shares, rates, strict=True)), arb(0)),
            "mean_next": sum((a * x for a, x in zip(shares, after, strict=True)), arb(0)),
            "slope": sum((a * x for a, x in zip(shares, slopes, strict=True)), arb(0)),
            "Prompt": range(len(steps)),
            "J": lambda q: rates[q],
            "J_next": lambda q: after[q],
            "m_plus": lambda q: steps[q].mean_plus,
            "L": L,
            "eta": eta,
        }


SHARP = Prompts(unnormalised((HALF, HALF), (0, 0), (-QUARTER / 2, -QUARTER / 2)), eta=QUARTER)
"""log pi falls by L t^2/2, as fast as it may."""
FALLING = Prompts(reward=(0, 1), eta=Fraction(1, 10))

COUNTERS = counters(
    STATEMENT,
    {
        "half the curvature": SHARP,
        "no curvature": SHARP,
        "no prompt loses": FALLING,
        "drop differentiable": Prompts(FAIR.misreported(9), L=Fraction(9, 4)),
        "drop smooth": replace(SHARP, L=TINY),
        "drop verifiable": Prompts(
            unnormalised((HALF, Fraction(1, 3)), (0, 0), (0, QUARTER / 2)), (1, -1)
        ),
        "drop solvable": Prompts(reward=(0, 0)),
        "drop shares": Prompts(share=(-1,), eta=Fraction(1, 10)),
        "drop forward": replace(SHARP, eta=-1, L=TINY),
    },
)
