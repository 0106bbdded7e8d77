"""The Cauchy-Schwarz inequality. It has no hypotheses."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from numeric.checks._base import Counter
from numeric.checks._vectors import Row, numbers, products, vector_counter
from numeric.core.step import to_balls
from theory.evaluate import Values
from theory.statements.cauchy_schwarz import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """Two vectors, often almost parallel. ``log_odds`` has no part in this claim."""
    d = int(rng.integers(2, 9))
    a, other = rng.normal(size=(2, d)) * 10 ** rng.uniform(-9, 9, size=(2, 1))
    tilt = rng.choice([1.0, 10 ** rng.uniform(-6, 0)])
    return products(to_balls(a), to_balls(rng.normal() * a * (1 - tilt) + tilt * other))


def instance(a: Row, b: Row, note: str) -> Callable[[], Counter]:
    return lambda: vector_counter(STATEMENT, products(numbers(a), numbers(b)), note, a=a, b=b)


COUNTERS: dict[str, Callable[[], Counter]] = {
    "half the constant": instance((1,), (1,), "parallel: equality"),
    "the other way round": instance((1, 0), (0, 1), "orthogonal"),
    "no square": instance((Fraction(1, 2),), (Fraction(1, 2),), "1/4 > 1/16"),
}
