"""Along a fixed direction: sums of waves, whose curvature is at most the sum of amplitude times
squared frequency; and one wave over a whole period, which comes close to the bound."""

from collections.abc import Callable
from functools import partial

import numpy as np
from flint import arb

from numeric.checks._base import BITS, Counter
from numeric.core.balls import ball_precision
from theory.evaluate import Values


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


# -- one step of length 1 --------------------------------------------------------------------------

HOLDS = {
    "differentiable": "f is a polynomial or a sine",
    "falls": "|f''| <= L",
    "rises": "|f''| <= U",
    "aligned": "the slopes at both ends are at least gap",
    "constants": "L, U and eta are positive",
}


def counter(values: Values, note: str, drop: str | None = None) -> Counter:
    holds = {name: why for name, why in HOLDS.items() if name != drop}
    return Counter({**values, "eta": arb(1)}, holds, note)


def wave(L: float = 7.6) -> Values:
    """f(t) = -t/5 + 6/5 sin(2 pi t)/(2 pi): slope 1 at both ends, |f''| <= 12 pi/5 < 7.6."""
    return {"start": arb(0), "end": -arb(1) / 5, "gap": arb(1), "L": arb(L), "U": arb(7.6)}


def parabola() -> Values:
    """f(t) = t - t^2: the slope is 1 where the step starts and -1 where it arrives."""
    return {"start": arb(0), "end": arb(0), "gap": arb(1), "L": arb(2), "U": arb(2)}


DIP = partial(counter, wave(), "a wave with slope 1 at both ends, and lower by 1/5 at the end")

COUNTERS: dict[str, Callable[[], Counter]] = {
    "half of the loss": DIP,
    "no loss": DIP,
    "twice the step": DIP,
    "drop aligned": partial(counter, parabola(), "t - t^2 is back where it was", "aligned"),
    "drop falls": partial(counter, wave(0.1), "a wave that bends more than L = 1/10", "falls"),
    "drop rises": partial(
        counter, {**wave(), "U": arb(0.1)}, "a wave that bends more than U = 1/10", "rises"
    ),
}
