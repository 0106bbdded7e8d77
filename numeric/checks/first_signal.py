"""The wait for the first signal."""

from numeric.checks._prelude import *
from numeric.checks._silence import EVEN, Sequence
from theory.statements.first_signal import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Up to six updates, and a chance that is a little above the largest."""
    with ball_precision(BITS):
        odds = rng.uniform(-10, 10, size=int(rng.integers(2, 7)))
        odds[0] = odds[0] if log_odds is None else log_odds
        rates = tuple(1 / (1 + (-arb(float(x))).exp()) for x in odds)
        s = max(rates) * (1 + arb(2) ** -40)
    return drawn(STATEMENT, Sequence(rates, s=s))


SLOW = Sequence((Fraction(1, 10),) * 2, s=Fraction(1, 10))

COUNTERS = counters(
    STATEMENT,
    {
        "twice the wait": SLOW,
        "half the chance": SLOW,
        "a sign flipped": SLOW,
        "drop chances": Sequence((0, 0), law={(0, 0): HALF}, s=0),
        "drop still": replace(EVEN, silent=lambda z, k: 0),
        "drop share": Sequence(
            (0, 0),
            law={(0, 0): 1},
            s=2,
            silent=lambda z, k: (1, 10, -10)[k],
            more={"right": lambda z, k: arb((-9, 2)[k])},
        ),
        "drop rare": replace(EVEN, s=Fraction(1, 10)),
    },
)
