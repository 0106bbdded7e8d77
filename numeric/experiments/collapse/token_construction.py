"""Theorem 4: the collapse of Theorem 2 token by token, with the length as a factor.

Every response has T tokens, each of them correct with probability p, independently: p = sigmoid(h)
for log odds h of a token = log odds of p(0) + a landscape. Success is that all are correct, so
J = p^T. Assumption 2 speaks of one token, whose scores are those of two responses, and Assumption 3
holds with T_inf = T, T_psi = T/log 2. The gap vector (9) is

    T (1 - p)/(1 - p^T) grad h,

so along the slope delta of the landscape the gap at step k is T delta (1 - p)/(1 - p^T), which
grows as p falls. The gap of the theorem is its value at step 0, T delta / (1 + p + ... + p^(T-1)).

With p(0) <= 1/2 and all its values, J(0) = p(0)^T takes all values in (0, 2^-T]. The theorem as
printed says nothing about J(0). The wave falls up to p(0) = 13/15, for every T.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, fmpq

from numeric.core.balls import sigmoid
from numeric.experiments.collapse.constructions import (
    constants,
    draw_printed,
    printed_range,
    probability,
    regularity,
    score_bound_of,
)
from numeric.experiments.collapse.landscapes import Exact, Landscape, Point, Property, exact, wave


@dataclass(frozen=True)
class FixedLength:
    """An instance of Theorem 4: T = `longest` >= 1, p(0) = `token_rate` in (0, 1), gap, L_p, G_p,
    eta and the landscape of a token's log odds. ``printed``: the step is in the range (19)."""

    longest: int
    token_rate: Exact
    gap: Exact
    smoothness: Exact
    score_bound: Exact
    step_size: Exact
    landscape: Landscape
    printed: bool = True

    def properties(self) -> Iterator[Property]:
        T, p, gap, eta = self.longest, self.token_rate, self.gap, self.step_size
        L, G = self.smoothness, self.score_bound
        yield Property("length", "1 <= T, and T_psi = T/log 2 (Assumption 3)", T >= 1, T)
        yield Property("token rate", "0 < p(0) < 1", 0 < p < 1, p)
        yield from constants(gap, L, G)
        if self.printed:
            yield from printed_range(gap, L, G, eta, 120, T)
        yield from self.landscape.properties(token_slope(gap, T, p), eta)
        yield from regularity(self.landscape, L, G)

    def log_odds(self, x: Point) -> arb:
        return self._of_token(self._start + self.landscape.value(x))

    def gap_vector(self, x: Point) -> list[arb]:
        h = self._start + self.landscape.value(x)
        factor = self.longest * sigmoid(-h) / -self._log_success(h).expm1()
        return [factor * slope for slope in self.landscape.gradient(x)]

    def closed_form(self, k: int) -> arb:
        return self._of_token(self._start + self.landscape.height(k, self.step_size))

    def collapse_time(self, success_rate: Any) -> int:
        aim = probability(success_rate)
        if self.token_rate**self.longest <= aim:
            return 0
        token_aim = (arb(aim).log() / self.longest).exp()
        depth = self._start - (token_aim / (1 - token_aim)).log()
        return self.landscape.steps_to_fall(depth, self.step_size)

    @property
    def _start(self) -> arb:
        return arb(self.token_rate / (1 - self.token_rate)).log()

    def _log_success(self, h: arb) -> arb:
        """log J = T log p."""
        return -self.longest * (-h).exp().log1p()

    def _of_token(self, h: arb) -> arb:
        """Log odds of success from those of a token."""
        log_J = self._log_success(h)
        return log_J - (-log_J.expm1()).log()


def token_slope(gap: Exact, longest: int, token_rate: Exact) -> Exact:
    """The slope delta of a token's log odds with which the gap at step 0 is `gap`."""
    return gap * (1 - token_rate**longest) / (longest * (1 - token_rate))


def theorem_4(
    longest: int,
    token_rate: Any,
    gap: Any,
    smoothness: Any,
    step_size: Any,
    score_bound: Any = None,
    landscape: Landscape | None = None,
    printed: bool = True,
) -> FixedLength:
    """The instance of Theorem 4 for a step in the range (19). G_p is sqrt L_p, rounded up, unless
    given, and the landscape a cosine wave of slope ``token_slope`` and amplitude L_p eta/8.

    Nothing is checked here, see ``certify``, but 0 < p(0) < 1 <= T and L_p > 0: ValueError."""
    p, mu, L, eta = (exact(x) for x in (token_rate, gap, smoothness, step_size))
    if not (longest >= 1 and 0 < p < 1):
        raise ValueError(f"T must be at least 1 and p(0) inside (0, 1), got {longest} and {p}")
    G = score_bound_of(L, score_bound)
    shape = landscape or wave(token_slope(mu, longest, p), L, eta)
    return FixedLength(longest, p, mu, L, G, eta, shape, printed)


def draw_theorem_4(rng: np.random.Generator, longest: int = 200) -> FixedLength:
    """A random instance in the range (19): T up to `longest`, p(0) from 1e-12 to 1/2, and the rest
    as in ``draw_theorem_2``."""
    T = int(rng.integers(1, longest + 1))
    p = rng.choice([0.5, 10 ** rng.uniform(-12, np.log10(0.5))])
    gap, L, G, eta = draw_printed(rng, 120, T)
    return theorem_4(T, min(exact(p), fmpq(1, 2)), gap, L, eta, G)
