"""Random weights and values over a few responses, and psi_1 norms, in balls."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from flint import arb

from numeric.checks._base import BITS
from numeric.core.balls import Array, ball_precision, largest, round_up, to_balls

HALVINGS = 64
SHORTEST = Fraction(3, 2)
"""Little more than 1/log 2, the psi_1 norm of the length 1."""


def moment(weight: Array, exponent: Array) -> arb:
    """E[exp(exponent)]; arrays (n,)."""
    return (weight * np.exp(exponent)).sum()


def radius(weight: Array, X: Array) -> float:
    """Certainly a psi_1 radius of X, and hardly larger than the least one.

    Where X <= 0 every radius will do, and 1 is as good as any."""
    with ball_precision(BITS):
        top = largest(X)
        if not top > 0:
            return 1.0
        too_small, enough = 0.0, round_up(top / arb(2).log())
        for _ in range(HALVINGS):
            middle = (too_small + enough) / 2
            if moment(weight, X / middle) <= 2:
                enough = middle
            else:
                too_small = middle
    return enough


def draw_probabilities(rng: np.random.Generator) -> tuple[Array, Array]:
    """Weights that sum to one, and values, both (n,); at times the values almost agree."""
    weight, value = draw_weighted(rng)
    spread = float(rng.choice([1.0, 10 ** rng.uniform(-9, 0)]))
    with ball_precision(BITS):
        return weight / weight.sum(), value[0] * (1 - spread) + spread * value


def at_least(rng: np.random.Generator, number: float) -> float:
    """The number itself half of the time, or a larger one."""
    return number * float(rng.choice([1.0, 1 + rng.exponential()]))


def draw_weighted(rng: np.random.Generator) -> tuple[Array, Array]:
    """Weights >= 0, two or more of them positive, and values of any size up to 100, both (n,)."""
    n = int(rng.integers(2, 9))
    weight = rng.exponential(size=n) * 10 ** rng.uniform(-9, 2, size=n)
    weight[2:] *= rng.integers(0, 2, size=n - 2)
    value = rng.normal(size=n) * 10 ** rng.uniform(-6, 1.5)
    return to_balls(rng.permutation(weight)), to_balls(value)
