"""A batch in which every response is wrong."""

from numeric.checks._prelude import *
from numeric.checks._silence import COPIES, EVEN, Sequence
from theory.statements.all_wrong import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Up to six responses, each with its own rate."""
    with ball_precision(BITS):
        odds = rng.uniform(-10, 10, size=int(rng.integers(2, 7)))
        odds[0] = odds[0] if log_odds is None else log_odds
        rates = tuple(1 / (1 + (-arb(float(x))).exp()) for x in odds)
    return drawn(STATEMENT, Sequence(rates))


COUNTERS = counters(
    STATEMENT,
    {
        "the union bound alone": EVEN,
        "half of the rates": EVEN,
        "drop whole": Sequence((0, 0), law={(0, 0): 2}),
        "drop still": replace(EVEN, silent=lambda z, k: 0),
        "drop independent": replace(EVEN, law=COPIES),
        "drop rates": Sequence((1, HALF)),
    },
)
