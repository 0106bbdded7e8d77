"""Corollary 1. `favourable` and `positive_L` are not needed: without them the step size is 0.

If least_gap <= 0 then eta <= 0 by `small`. If L <= 0 and eta > 0, all scores are 0 (see
theorem_1b), and no gap is positive. With eta = 0 the claim is 1 - J(0) <= (1 - J(0))/J(0).
"""

from numeric.checks._prelude import *
from numeric.checks._paths import (
    ADAPTED,
    SIZE,
    Path,
    at_rest,
    fixed,
    one_response,
    restarted,
    steady,
    thin_failure,
)
from numeric.checks._trajectory import draw_uniform
from theory.statements.corollary_1 import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return draw_uniform(
        rng, log_odds, lambda start, least: least / (2 * (start.L + 8 * start.G**2))
    )


ORBITS = {
    "normalised": (HALF, 2),
    "differentiable": (Fraction(1, 20), 1),
    "smooth": (Fraction(1, 20), 1),
    "verifiable": (6, 120),
    "continues": (SIZE, 1),
}
"""The size of every step, and the gap or less."""


def steps(odds: Number, size: Number, K: int = 1) -> Path:
    return steady(odds, fixed(size)).at(K, eta=size, least_gap=1)


PATHS = {
    f"drop {name}": ADAPTED[f"drop {name}"].at(40, eta=eta, least_gap=least_gap)
    for name, (eta, least_gap) in ORBITS.items()
} | {
    "three times the rate": steps(1, SIZE, 17),
    "J(0) and 1 - J(0) exchanged": steps(Fraction(1, 9), SIZE),
    "success instead of failure": steps(9, SIZE),
    "drop forward": steps(9, -1, 3),
    "drop interior": one_response(0).at(1, eta=0, least_gap=1),
    "drop bounded": thin_failure().at(1, eta=1, least_gap=Fraction(1, 10)),
    "drop uniform": at_rest(size=Fraction(1, 20)).at(40, eta=Fraction(1, 20), least_gap=1),
    "drop constant": restarted(0).at(40, eta=SIZE, least_gap=1),
    "drop small": ADAPTED["drop adapted"].at(40, eta=6, least_gap=1),
}
COUNTERS = counters(STATEMENT, PATHS)

WITHOUT = {
    "favourable": at_rest().at(1, eta=0, least_gap=0),
    "positive_L": replace(steady(1, fixed(0)), L=0).at(1, eta=0, least_gap=1),
}
