"""Along a fixed direction: sums of waves, whose curvature is at most the sum of amplitude times
squared frequency; and one wave over a whole period, which comes close to the bound."""

import numpy as np
from flint import arb

from numeric.balls import ball_precision
from numeric.checks._base import BITS
from theory.lambdify import Values


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """f(t) = c t + sum of A sin(w t + phase); log odds are of no use here."""
    eta = arb(float(10 ** rng.uniform(-3, 3)))
    with ball_precision(BITS):
        if rng.uniform() < 0.3:
            waves = [(arb(float(rng.uniform(0.1, 1))), 2 * arb.pi() / eta, arb(0))]
        else:
            drawn = rng.uniform(-3, 3, size=(3, 3)).tolist()
            waves = [(arb(A), arb(w), arb(phase)) for A, w, phase in drawn]
        drift = arb(float(rng.normal()))

        def f(t: arb) -> arb:
            return drift * t + sum(A * (w * t + phase).sin() for A, w, phase in waves)

        def slope(t: arb) -> arb:
            return drift + sum(A * w * (w * t + phase).cos() for A, w, phase in waves)

        bend = sum(abs(A) * w**2 for A, w, _ in waves)
        lower = slope(arb(0)).min(slope(eta))
        gap = lower - abs(lower) * float(rng.choice([1e-12, rng.uniform()]))
        L, U = (bend * float(rng.choice([1.0, 10 ** rng.uniform(0, 2)])) for _ in range(2))
        return {"start": f(arb(0)), "end": f(eta), "gap": gap, "L": L, "U": U, "eta": eta}
