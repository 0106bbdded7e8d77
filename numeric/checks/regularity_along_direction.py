"""Assumption 1 along a direction. All three hypotheses are needed."""

from numeric.checks._prelude import *
from numeric.checks._trajectory import draw_direction, draw_start
from theory.statements.regularity_along_direction import STATEMENT


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
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


def instance(w: Number = 1, level: Number = 1, rate: Number = 1, t: Number = 1) -> Instance:
    """One response, gradient(t) = level + rate t, with G = L = 1 and eta = 2."""
    line = unnormalised((1,), (w * level,), (w * rate * HALF,))
    return Instance(line, 2, 1, 1, (1,), w=w, more={"t": t})


COUNTERS = counters(
    STATEMENT,
    {
        "half of G": instance(),
        "half of L": instance(),
        "without t": instance(t=2),
        "drop unit": instance(w=2, rate=0),
        "drop bounded": instance(level=2),
        "drop lipschitz": instance(rate=2),
    },
)
