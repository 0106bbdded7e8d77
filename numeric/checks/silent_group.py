"""Groups that are all right or all wrong, and what is drawn when they are drawn again."""

from collections.abc import Callable, Mapping
from itertools import product

from numeric.checks._prelude import *
from numeric.checks._instances import Number, ball
from numeric.checks._silence import COPIES, EVEN, Sequence
from theory.statements.silent_group import STATEMENT

Outcome = tuple[int, ...]
Update = Callable[[Outcome], Number | arb]


def mixed_only(z: Outcome) -> int:
    """1 in a group of both kinds, else 0."""
    return int(0 < sum(z) < len(z))


def all_right(z: Outcome, k: int) -> int:
    return int(all(z[:k]))


def grouped(
    sequence: Sequence,
    push: Update = mixed_only,
    perfect: Callable[[Outcome, int], int] = all_right,
    **more: Any,
) -> Sequence:
    """The draws of one group: all rates are the first one's, and silent groups are drawn again."""
    n, told = len(sequence.rates), sequence.formal()
    law = told["law"]

    def signal(z: Outcome) -> arb:
        return 1 - told["silent"](z, n) - perfect(z, n)

    mixed = 1 - sum((law(z) * (1 - signal(z)) for z in told["Outcome"]), arb(0))
    more = {
        "perfect": lambda z, k: arb(perfect(z, k)),
        "drawn": lambda z: law(z) * signal(z) / mixed,
        "push": lambda z: ball(push(z)),
        "J": ball(sequence.rates[0]),
        "n": n,
        **more,
    }
    return replace(sequence, more=more)


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Two to six responses of one rate, and any update of what is not silent."""
    n = int(rng.integers(2, 7))
    with ball_precision(BITS):
        odds = arb(float(rng.uniform(-10, 10) if log_odds is None else log_odds))
        J = 1 / (1 + (-odds).exp())
        of_outcome = {z: float(rng.normal()) * mixed_only(z) for z in product((0, 1), repeat=n)}
        return drawn(STATEMENT, grouped(Sequence((J,) * n), lambda z: arb(of_outcome[z])))


def always(z: Outcome) -> int:
    return 1


RARE = Sequence((HALF / 2, HALF / 2))
SURE = Sequence((1, 1))
TWICE: Mapping[Outcome, Number] = {
    (0, 0): Fraction(9, 8),
    (0, 1): Fraction(3, 8),
    (1, 0): Fraction(3, 8),
    (1, 1): HALF / 4,
}
"""RARE, with every probability doubled."""

COUNTERS = counters(
    STATEMENT,
    {
        "right ones forgotten": grouped(EVEN),
        "half the chance": grouped(RARE),
        "not divided": grouped(EVEN),
        "drop whole": grouped(replace(RARE, law=TWICE)),
        "drop still": grouped(replace(EVEN, silent=lambda z, k: 0)),
        "drop perfect": grouped(EVEN, perfect=lambda z, k: 0),
        "drop independent": grouped(replace(EVEN, law=COPIES), drawn=lambda z: arb(0)),
        "drop rate": grouped(SURE, drawn=lambda z: arb(0)),
        "drop unmoved": grouped(EVEN, always),
        "drop redrawn": grouped(EVEN, drawn=lambda z: arb(1) / 4),
    },
)
