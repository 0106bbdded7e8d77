"""The second-order expansion of the log odds, along logits a + b t + c t^2.

The coefficient is read off a power series in balls, which knows no cumulant: f is the logarithm of
the sum of e^logit over the correct responses, minus that over the incorrect ones.
"""

from collections.abc import Callable

from flint import arb_series, ctx

from numeric.checks._prelude import *
from numeric.checks._instances import on_line
from numeric.core.balls import log_sum_exp
from theory.statements.expansion import STATEMENT


@dataclass(frozen=True, eq=False)
class Quadratic:
    """Responses with logits a + b t + c t^2 and rewards, all (n,) balls.

    Planted violations: ``leak`` t is added to log pi of the incorrect ones and never normalised;
    scores, H and f'' are reported ``factor`` times too large; ``bent`` is added to H of the correct
    ones, ``more`` to f''."""

    a: Array
    b: Array
    c: Array
    rewards: Array
    leak: int = 0
    factor: int = 1
    bent: int = 0
    more: Callable[[arb], Any] = lambda t: 0

    def logits(self, t: arb) -> Array:
        return self.a + self.b * t + self.c * t * t

    def logp(self, t: arb) -> Array:
        leaking = self.leak * (1 - self.rewards) * t
        return self.logits(t) - log_sum_exp(self.logits(t)) + leaking

    def score(self, t: arb) -> Array:
        slope, pi = self.b + 2 * self.c * t, self._softmax(t)
        return self.factor * (slope - pi @ slope) + self.leak * (1 - self.rewards)

    def bend(self, t: arb) -> Array:
        slope, pi = self.b + 2 * self.c * t, self._softmax(t)
        variance = pi @ (slope * slope) - (pi @ slope) * (pi @ slope)
        bends = 2 * (self.c - pi @ self.c) - variance
        return self.factor * bends + self.bent * self.rewards

    def _softmax(self, t: arb) -> Array:
        return np.exp(self.logits(t) - log_sum_exp(self.logits(t)))

    def second(self, t: arb) -> arb:
        """f''(t), from a power series around t."""
        kept, ctx.cap = ctx.cap, 3
        try:
            sums = [self._mass(t, kind) for kind in (self.rewards, 1 - self.rewards)]
            return 2 * self.factor * (sums[0].log() - sums[1].log())[2] + self.more(t)
        finally:
            ctx.cap = kept

    def _mass(self, t: arb, kind: Array) -> arb_series:
        """The sum of kind * e^logit as a power series."""
        base, slope = self.logits(t), self.b + 2 * self.c * t
        rows = zip(kind, base, slope, self.c, strict=True)
        return sum((w * arb_series([h, s, c]).exp() for w, h, s, c in rows), arb_series([0]))

    def formal(self) -> dict[str, Any]:
        zero = arb(0)
        return {
            "Response": range(len(self.a)),
            "Real": [zero, arb(1) / 3],
            "logp": on_line(self.logp),
            "score": on_line(self.score),
            "bend": on_line(self.bend),
            "r": lambda o: self.rewards[o],
            "second": lambda t: self.second(arb(t)),
            "scale": abs(self.bend(zero)).max() + (self.score(zero) ** 2).max(),
        }

    def shown(self) -> dict[str, str]:
        rows = {"a": self.a, "b": self.b, "c": self.c, "rewards": self.rewards}
        return {name: ", ".join(f"{float(x):g}" for x in row) for name, row in rows.items()}


def draw(rng: Generator, log_odds: LogOdds = None) -> Values:
    return drawn(STATEMENT, draw_quadratic(rng, log_odds))


def draw_quadratic(rng: Generator, log_odds: LogOdds) -> Quadratic:
    """Up to seven responses; the first one is shifted so that success has the log odds."""
    n = int(rng.integers(2, 8))
    scale = 10 ** rng.uniform(-1, 1)
    a, b, c = scale * rng.normal(size=(3, n))
    rewards = (np.arange(n) < rng.integers(1, n)).astype(np.float64)
    a += rewards * (0 if log_odds is None else log_odds)
    c *= rng.integers(0, 2)  # log-linear, every second time
    return Quadratic(to_balls(a), to_balls(b), to_balls(c), to_balls(rewards))


def three(
    slopes: Numbers = (1, 1, 0),
    bends: Numbers = (0, 0, 0),
    rewards: Numbers = (1, 0, 0),
    **planted: Any,
) -> Quadratic:
    """Three responses, equally likely at t = 0."""
    return Quadratic(balls((0, 0, 0)), balls(slopes), balls(bends), balls(rewards), **planted)


STRAIGHT = three()
"""Logits t, t, 0, the first one correct: gap 1/2, Var+ = 0, Var- = 1/4, f''/2 = -1/8."""

BROKEN: dict[str, Any] = {
    # J stays 1/3 and the incorrect ones leak: the gap is e^-t, all variances are 0
    "drop normalised": three((0, 0, 0), leak=-1, more=lambda t: -(-t).exp()),
    "drop differentiable": three(factor=2),
    "drop twice": three(bent=1),
    "drop second": three(more=lambda t: 1),
    "drop interior": three(rewards=(0, 0, 0)),
}
COUNTERS = counters(
    STATEMENT,
    {
        "without one half": STRAIGHT,
        "without the curvature": three((0, 0, 0), (1, 0, 0)),
        "signs exchanged": STRAIGHT,
        **BROKEN,
    },
)
