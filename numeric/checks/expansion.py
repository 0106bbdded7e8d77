"""The second-order expansion of the log odds, along logits a + b t + c t^2.

The coefficient is read off a power series in balls, which knows no cumulant: f is the logarithm of
the sum of e^logit over the correct responses, minus that over the incorrect ones.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from flint import arb, arb_series, ctx

from numeric.checks._base import BITS, Counter
from numeric.checks._formulas import truth
from numeric.checks._instances import Number, balls
from numeric.core.balls import Array, ball_precision, log_sum_exp, to_balls
from theory.evaluate import Values
from theory.kernel.statement import Statement
from theory.statements.expansion import STATEMENT

Counters = dict[str, Callable[[], Counter]]


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
        return self.a + self.b * t + self.c * t**2

    def logp(self, t: arb) -> Array:
        leaking = self.leak * (1 - self.rewards) * t
        return self.logits(t) - log_sum_exp(self.logits(t)) + leaking

    def score(self, t: arb) -> Array:
        slope, pi = self.b + 2 * self.c * t, self._softmax(t)
        return self.factor * (slope - pi @ slope) + self.leak * (1 - self.rewards)

    def bend(self, t: arb) -> Array:
        slope, pi = self.b + 2 * self.c * t, self._softmax(t)
        variance = pi @ slope**2 - (pi @ slope) ** 2
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

    def numbers(self) -> dict[str, Any]:
        """Every abbreviation by its definition, and the functions under their formal names."""
        with ball_precision(BITS):
            zero = arb(0)
            pi, s, H = np.exp(self.logp(zero)), self.score(zero), self.bend(zero)
            right, wrong = self.rewards * pi, (1 - self.rewards) * pi

            def mean(weight: Array, f: Array) -> arb:
                return (weight @ f) / weight.sum()

            variances = [mean(w, s**2) - mean(w, s) ** 2 for w in (right, wrong)]
            return {
                "one": arb(1),
                "Response": range(len(self.a)),
                "Real": [zero, arb(1) / 3],
                "logp": lambda o, t: self.logp(t)[o],
                "score": lambda o, t: self.score(t)[o],
                "bend": lambda o, t: self.bend(t)[o],
                "r": lambda o: self.rewards[o],
                "second": self.second,
                "coefficient": self.second(zero) / 2,
                "var_plus": variances[0],
                "var_minus": variances[1],
                "bend_plus": mean(right, H),
                "bend_minus": mean(wrong, H),
                "scale": abs(H).max() + (s**2).max(),
            }


def draw(rng: np.random.Generator, log_odds: float | None = None) -> Values:
    """Up to seven responses; the first one is shifted so that success has the log odds."""
    n = int(rng.integers(2, 8))
    scale = 10 ** rng.uniform(-1, 1)
    a, b, c = scale * rng.normal(size=(3, n))
    rewards = (np.arange(n) < rng.integers(1, n)).astype(np.float64)
    a += rewards * (0 if log_odds is None else log_odds)
    c *= rng.integers(0, 2)  # log-linear, every second time
    return Quadratic(to_balls(a), to_balls(b), to_balls(c), to_balls(rewards)).numbers()


# -- explicit responses --------------------------------------------------------------------------


def three(
    slopes: tuple[Number, ...] = (1, 1, 0),
    bends: tuple[Number, ...] = (0, 0, 0),
    rewards: tuple[Number, ...] = (1, 0, 0),
    **planted: Any,
) -> Quadratic:
    """Three responses, equally likely at t = 0."""
    with ball_precision(BITS):
        even = balls((0, 0, 0))
        return Quadratic(even, balls(slopes), balls(bends), balls(rewards), **planted)


def quadratic_counter(
    statement: Statement,
    instance: Quadratic,
    note: str,
    drop: str | None = None,
    meaningless: bool = False,
) -> Counter:
    """The instance, keeping every hypothesis but ``drop``; ValueError if it does not."""
    values = instance.numbers()
    with ball_precision(BITS):
        formal = statement.formal_hypotheses
        broken = {name for name, formula in formal.items() if truth(formula, values) is False}
    if not meaningless and broken != ({drop} if drop else set()):
        raise ValueError(f"{statement.slug}: the instance breaks {sorted(broken)}, not {drop}")
    kept = [h.name for h in statement.hypotheses if h.name != drop]
    why = "in closed form; evaluated at t = 0 and t = 1/3, not refuted"
    return Counter(values, dict.fromkeys(kept, why), note, meaningless)


def counters(statement: Statement) -> Callable[..., Callable[[], Counter]]:
    """``quadratic_counter`` for one statement, delayed."""
    return lambda *args: partial(quadratic_counter, statement, *args)


counter = counters(STATEMENT)
STRAIGHT = three()
"""Logits t, t, 0, the first one correct: gap 1/2, Var+ = 0, Var- = 1/4, f''/2 = -1/8."""
NOTE = "logits t, t, 0: Var- = 1/4 and the coefficient is -1/8"

COUNTERS: Counters = {
    "without one half": counter(STRAIGHT, NOTE),
    "without the curvature": counter(
        three((0, 0, 0), (1, 0, 0)), "logits t^2, 0, 0: no variance, and the coefficient is 1"
    ),
    "signs exchanged": counter(STRAIGHT, NOTE),
    "drop normalised": counter(
        three((0, 0, 0), leak=-1, more=lambda t: -(-t).exp()),
        "J stays 1/3 and the incorrect ones leak: the gap is e^-t, all variances are 0",
        "normalised",
    ),
    "drop differentiable": counter(
        three(factor=2),
        "scores are reported twice too large, variances four times",
        "differentiable",
    ),
    "drop twice": counter(three(bent=1), "H of the correct one is reported 1 too large", "twice"),
    "drop second": counter(three(more=lambda t: 1), "f'' is reported 1 too large", "second"),
    "drop interior": counter(
        three(rewards=(0, 0, 0)), "J = 0: a mean over no response", "interior", True
    ),
}
