"""The Cauchy-Schwarz inequality. It has no hypotheses."""

from numeric.checks._prelude import *
from theory.statements.cauchy_schwarz import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    """Two vectors, often almost parallel. ``log_odds`` has no part in this claim."""
    d = int(rng.integers(2, 9))
    a, other = rng.normal(size=(2, d)) * 10 ** rng.uniform(-9, 9, size=(2, 1))
    tilt = rng.choice([1.0, 10 ** rng.uniform(-6, 0)])
    b = rng.normal() * a * (1 - tilt) + tilt * other
    return drawn(STATEMENT, vectors(to_balls(a), to_balls(b)))


def vectors(a: Any, b: Any) -> Tables:
    return Tables(rows={"a": a, "b": b}, sets={"Coordinate": len(a)})


COUNTERS = counters(
    STATEMENT,
    {
        "half the constant": vectors((1,), (1,)),
        "the other way round": vectors((1, 0), (0, 1)),
        "no square": vectors((HALF,), (HALF,)),
    },
)
