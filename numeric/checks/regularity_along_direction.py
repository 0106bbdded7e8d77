"""Assumption 1 along a direction. All three hypotheses are needed."""

from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._base import Counter
from numeric.checks._raw_trajectory import Exact, exact
from numeric.checks._trajectory import draw_direction, draw_start
from numeric.checks._vectors import vector_counter
from numeric.core.step import ball_precision, to_balls
from theory.evaluate import Values
from theory.statements.regularity_along_direction import STATEMENT


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """The score of one response of a random policy, at theta and at theta + t w."""
    start = draw_start(rng, log_odds)
    with ball_precision():
        theta = to_balls(start.theta)
        w = to_balls(draw_direction(rng, rng.normal(size=len(theta)), False))
        eta = arb(float(10 ** rng.uniform(-6, 3))) / start.L.sqrt()
        t = eta * arb(float(rng.uniform()))
        o = rng.integers(start.policy.n)
        here, there = (start.policy.scores(x)[o] @ w for x in (theta, theta + t * w))
        return {"s": here, "s_t": there, "G": start.G, "L": start.L, "t": t, "eta": eta}


def instance(
    note: str,
    drop: str | None = None,
    w: Exact = 1,
    level: Exact = 1,
    rate: Exact = 1,
    t: Exact = 1,
) -> Callable[[], Counter]:
    """One coordinate and one response, gradient(t) = level + rate t, with G = L = 1 and eta = 2."""
    why = {
        "unit": f"w = {w}",
        "bounded": f"the gradient at theta is {level}, and G = 1",
        "lipschitz": f"the gradient is {level} + {rate} t, linear with |w| = 1 or constant; L = 1",
    }
    shown: dict[str, Any] = {
        "s": w * level,
        "s_t": w * (level + rate * t),
        "G": 1,
        "L": 1,
        "t": t,
        "eta": 2,
    }

    def build() -> Counter:
        with ball_precision():
            values = {name: exact(x) for name, x in shown.items()}
        return vector_counter(STATEMENT, values, note, drop, why, **shown)

    return build


COUNTERS: dict[str, Callable[[], Counter]] = {
    "half of G": instance("the score is G"),
    "half of L": instance("the score changes by L t"),
    "without t": instance("the score changes by L t, and t = 2", t=2),
    "drop unit": instance("w = 2 doubles the score", "unit", w=2, rate=0),
    "drop bounded": instance("the gradient is 2, more than G", "bounded", level=2),
    "drop lipschitz": instance("the gradient changes twice as fast", "lipschitz", rate=2),
}
