"""A softmax over tokens and expected updates of its logits, in balls.

Everything is computed from the logits by its definition. `numbers` gives the abbreviations of
`theory.statements._softmax` and the symbols that the formal statements know, so that hypotheses can
be evaluated as the kernel has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from flint import arb

from numeric.checks._base import BITS, Counter
from numeric.checks._formulas import truth
from numeric.checks._instances import Number, ball, balls
from numeric.core.balls import Array, ball_precision, log_sum_exp, to_balls
from theory.kernel.statement import Statement

Counters = dict[str, Callable[[], Counter]]


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

    def numbers(self) -> dict[str, Any]:
        """Every abbreviation by its definition; and the tokens under their formal names."""
        with ball_precision(self.bits):
            p, u, r = self.probabilities(), self.updates(), self.rewards
            after = self.moved().probabilities()
            w = r if self.w is None else self.w
            V, drift, above = p @ r, p @ w, r - r[self.good]
            low = np.array([a.min(arb(0)) for a in r - V], dtype=object)
            up, down = (np.array([x.max(arb(0)) for x in s * above], dtype=object) for s in (1, -1))
            return {
                "one": arb(1),
                "Response": range(self.n),
                "Real": [arb(0), arb(1)],
                "logit": lambda o: self.logits[o],
                "r": lambda o: r[o],
                "w": lambda o: w[o],
                "p": lambda o: p[o],
                "p_next": lambda o: after[o],
                "u": lambda o: u[o],
                "best": self.best,
                "good": self.good,
                "eta": self.step_size,
                "baseline": self.baseline,
                "V": V,
                "V_next": after @ r,
                "mean_u": p @ u,
                "gains": p @ up,
                "losses": p @ down,
                "drift": drift,
                "clipped": p @ (low * (w - drift)),
                "minus_one": p @ ((r - 1) * (w - drift)),
                "shortfall": -(p @ low),
                "scale": (abs(r).max() + abs(self.baseline) + 1) * (abs(w).max() + 1),
            }


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


# -- explicit tokens -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """Tokens with simple numbers: p is proportional to `weights`. The first is "best", the second
    "good"."""

    weights: tuple[Number, ...]
    rewards: tuple[Number, ...]
    eta: Number = 1
    w: tuple[Number, ...] | None = None
    good: int = 1
    baseline: Number = 1

    def tokens(self) -> Tokens:
        with ball_precision(BITS):
            logits = np.array([x.log() for x in balls(self.weights)], dtype=object)
            w = None if self.w is None else balls(self.w)
            rewards, eta = balls(self.rewards), ball(self.eta)
            return Tokens(logits, rewards, eta, w, ball(self.baseline), 0, self.good)


def token_counter(
    statement: Statement, table: Table, note: str, drop: str | None = None
) -> Counter:
    """The table, keeping every hypothesis but ``drop``; ValueError if it does not."""
    values = table.tokens().numbers()
    broken = broken_by(statement, values)
    if broken != ({drop} if drop else set()):
        raise ValueError(f"{statement.slug}: the instance breaks {sorted(broken)}, not {drop}")
    kept = [h.name for h in statement.hypotheses if h.name != drop]
    shown = {"p ~": table.weights, "rewards": table.rewards, "eta": table.eta, "w": table.w}
    return Counter(
        values=values,
        holds=dict.fromkeys(kept, "evaluated on the listed numbers, not refuted"),
        note=note,
        parameters={name: listed(x) for name, x in shown.items() if x is not None},
    )


def listed(numbers: Number | tuple[Number, ...]) -> str:
    """A number, or several with commas."""
    return ", ".join(map(str, numbers)) if isinstance(numbers, tuple) else str(numbers)


def broken_by(statement: Statement, values: Mapping[str, Any]) -> set[str]:
    """Hypotheses that are certainly false, evaluated as the kernel has them."""
    with ball_precision(BITS):
        formal = statement.formal_hypotheses
        return {name for name, formula in formal.items() if truth(formula, values) is False}


def counters(statement: Statement) -> Callable[..., Callable[[], Counter]]:
    """``token_counter`` for one statement, delayed."""
    return lambda *args: partial(token_counter, statement, *args)


HALF = Fraction(1, 2)
