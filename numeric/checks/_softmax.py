"""A softmax over tokens and expected updates of its logits, in balls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._base import BITS, drawn
from numeric.checks._instances import Number, Numbers, ball, balls, table, text
from numeric.core.balls import Array, ball_precision, log_sum_exp, to_balls
from theory.evaluate import Values
from theory.kernel.statement import Statement


@dataclass(frozen=True, eq=False)
class Tokens:
    """logits, rewards and a direction w of the logits, all (n,) balls; `best` and `good` are
    indices."""

    logits: Array
    rewards: Array
    step_size: arb = field(default_factory=lambda: arb(1))
    w: Array | None = None
    baseline: arb = field(default_factory=lambda: arb(0))
    best: int = 0
    good: int = 1

    @property
    def n(self) -> int:
        return len(self.logits)

    @property
    def bits(self) -> int:
        """Enough to tell 1 - p from 0 before and after the update."""
        with ball_precision(BITS):
            reach = 2 * float(abs(self.logits).max()) + float(abs(self.step_size))
        return BITS + 6 * int(reach)

    def probabilities(self) -> Array:
        """p, (n,)."""
        return np.exp(self.logits - log_sum_exp(self.logits))

    def updates(self) -> Array:
        """u = p (r - V), (n,)."""
        p = self.probabilities()
        return p * (self.rewards - p @ self.rewards)

    def moved(self) -> Tokens:
        """After the expected update."""
        logits = self.logits + self.step_size * self.updates()
        return Tokens(
            logits, self.rewards, self.step_size, self.w, self.baseline, self.best, self.good
        )

    def formal(self) -> dict[str, Any]:
        w = self.rewards if self.w is None else self.w
        largest = abs(self.rewards).max() + abs(self.baseline) + 1
        return {
            "Response": range(self.n),
            "Real": [arb(0), arb(1)],
            "logit": table(self.logits),
            "r": table(self.rewards),
            "w": table(w),
            "best": self.best,
            "good": self.good,
            "eta": self.step_size,
            "baseline": self.baseline,
            "scale": largest * (abs(w).max() + 1),
        }

    def values(self, statement: Statement) -> Values:
        """Of a random instance; probabilities are computed now, at the precision they need."""
        found = drawn(statement, self, self.bits)
        with ball_precision(self.bits):
            for name in {"p", "p_next", "u"} & found.keys():
                _ = [found[name](o) for o in range(self.n)]
        return found

    def shown(self) -> dict[str, str]:
        return {}


def draw_tokens(rng: np.random.Generator, log_odds: float | None = None, least: int = 2) -> Tokens:
    """Random tokens, at least so many; one of them is exp(log_odds) times as likely as before.

    Rewards are graded in [0, 1], or 0 and 1; the step size is anything from 1e-3 to 1e3."""
    n = int(rng.integers(least, 8))
    logits = rng.normal(size=n) * 10 ** rng.uniform(-1, 1)
    logits[0] += 0 if log_odds is None else log_odds
    rewards = rng.uniform(size=n)
    if rng.uniform() < 0.3:
        rewards = np.round(rewards)
        rewards[:2] = 1, 0
    eta, baseline = 10 ** rng.uniform(-3, 3), rng.normal()
    w = to_balls(rng.normal(size=n))
    return Tokens(
        to_balls(rng.permutation(logits)),
        to_balls(rewards),
        arb(float(eta)),
        w,
        arb(float(baseline)),
        *map(int, rng.choice(n, size=2, replace=False)),
    )


@dataclass(frozen=True)
class Table:
    """Tokens with simple numbers: p is proportional to `weights`. The first is "best", the second
    "good"."""

    weights: Numbers
    rewards: Numbers
    eta: Number = 1
    w: Numbers | None = None
    good: int = 1
    baseline: Number = 1

    def tokens(self) -> Tokens:
        logits, rewards = np.log(balls(self.weights)), balls(self.rewards)
        w = None if self.w is None else balls(self.w)
        return Tokens(logits, rewards, ball(self.eta), w, ball(self.baseline), 0, self.good)

    def formal(self) -> dict[str, Any]:
        return self.tokens().formal()

    def shown(self) -> dict[str, str]:
        named = {"p ~": self.weights, "rewards": self.rewards, "eta": self.eta, "w": self.w}
        return {name: text(x) for name, x in named.items() if x is not None}
