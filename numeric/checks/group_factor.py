"""Bounds of the factor of GRPO. `members` only says what the letter same means.

The second bound is an equality for n = 2, so random groups have three members or more."""

from itertools import product

from numeric.checks._prelude import *
from numeric.checks._groups import Drawn, Law, draw_policy
from theory.statements.group_factor import STATEMENT


@dataclass(frozen=True)
class Bounded(Drawn):
    """With sqrt(n - 1), and sigma^2 = J(1-J) as it is claimed."""

    variance: Number | arb = QUARTER

    def formal(self) -> dict[str, Any]:
        named = {"rho": arb(self.n - 1).sqrt(), "sigma": ball(self.variance).sqrt()}
        return {**super().formal(), **named, **self.more}


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    policy = draw_policy(rng, log_odds)
    group = Bounded(policy, int(rng.integers(3, {2: 7, 3: 5, 4: 4}[policy.sets["Response"]])))
    plain = drawn(STATEMENT, group)
    with ball_precision(BITS):
        return drawn(STATEMENT, replace(group, variance=plain["J"] * plain["F"]))


EVEN = Bounded(Instance(FAIR), 2)
UNEVEN = Bounded(Instance(two_arms(3)), 2, variance=Fraction(3, 16))
COPIES: Law = {(0, 0): HALF, (1, 1): HALF}
SIGNED: Law = {z: Fraction(1, 16) - (-1) ** sum(z) for z in product((0, 1), repeat=4)}
"""Of any three responses the law is that of independent ones."""

COUNTERS = counters(
    STATEMENT,
    {
        "the factor of Dr. GRPO": UNEVEN,
        "it has reached its limit": UNEVEN,
        "half of the collisions": UNEVEN,
        "drop binary": replace(EVEN, policy=Instance(FAIR, reward=(HALF, HALF))),
        "drop hits": replace(EVEN, seen={1: 0}, note="all are taken for right"),
        "drop pairwise": replace(EVEN, law=COPIES),
        "drop chances": replace(EVEN, n=4, law=SIGNED),
        "drop deviation": replace(EVEN, more={"deviation": lambda z: arb(1)}, note="deviation = 1"),
        "drop pair": replace(EVEN, more={"rho": arb(0)}, note="rho = 0"),
        "drop sigma": replace(EVEN, n=4, variance=1, note="sigma = 1"),
    },
)
